"""What a project knows donors and samples by, the data it was given, and the results it sent back."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import SQLModel

from biobank_tui.model.columns import STRICT, key, link, text, whole


class ProjectDonor(SQLModel, table=True):
    """The pseudonym a project knows a donor by; the mapping stays with the bank."""

    __tablename__ = "project_donor"
    __table_args__ = (UniqueConstraint("project_id", "donor_id", name="project_donor_once"), STRICT)

    id: int = key()
    project_id: int = link("project.id")
    donor_id: int = link("donor.id")
    code: str = text(unique=True)


class ProjectSample(SQLModel, table=True):
    """The code a project knows a sample by; the mapping stays with the bank."""

    __tablename__ = "project_sample"
    __table_args__ = (UniqueConstraint("project_id", "sample_id", name="project_sample_once"), STRICT)

    id: int = key()
    project_id: int = link("project.id")
    sample_id: int = link("sample.id")
    code: str = text(unique=True)


class DataRelease(SQLModel, table=True):
    """A file of data given to a project. digest: SHA-256 (hex) of it. k: what it reaches over `quasi`.

    columns, quasi: JSON lists of names. withheld: samples left out so that it does. obligations: as the file says.
    """

    __tablename__ = "data_release"
    __table_args__ = (
        CheckConstraint("k > 0", name="k_positive"),
        Index("data_release_project", "project_id"),
        STRICT,
    )

    id: int = key()
    code: str = text(unique=True)
    project_id: int = link("project.id")
    person_id: int = link("person.id")
    made: str = text()
    file: str = text()
    digest: str = text()
    columns: str = text()
    quasi: str = text()
    k: int = whole()
    samples: int = whole()
    donors: int = whole()
    withheld: int = whole(default=0)
    obligations: str | None = text(nullable=True)


class ReleasedSample(SQLModel, table=True):
    """A sample whose data a release holds."""

    __tablename__ = "released_sample"
    __table_args__ = (
        UniqueConstraint("release_id", "sample_id", name="released_sample_once"),
        Index("released_sample_sample", "sample_id"),
        STRICT,
    )

    id: int = key()
    release_id: int = link("data_release.id")
    sample_id: int = link("sample.id")


class ReturnedResult(SQLModel, table=True):
    """A file of results a project returned. digest: SHA-256 (hex) of the file."""

    __tablename__ = "returned_result"
    __table_args__ = (Index("returned_result_project", "project_id"), STRICT)

    id: int = key()
    project_id: int = link("project.id")
    title: str = text()
    file: str = text()
    digest: str = text()
    returned: str = text()


class ResultSample(SQLModel, table=True):
    """A sample a returned result speaks of."""

    __tablename__ = "result_sample"
    __table_args__ = (
        UniqueConstraint("result_id", "sample_id", name="result_sample_once"),
        Index("result_sample_sample", "sample_id"),
        STRICT,
    )

    id: int = key()
    result_id: int = link("returned_result.id")
    sample_id: int = link("sample.id")
    value: str | None = text(nullable=True)
