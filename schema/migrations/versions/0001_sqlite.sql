CREATE TABLE consent_form (
	id INTEGER NOT NULL,
	code TEXT NOT NULL,
	version TEXT NOT NULL,
	language TEXT NOT NULL,
	title TEXT NOT NULL,
	basis TEXT NOT NULL,
	valid_from TEXT,
	valid_to TEXT,
	digest TEXT,
	PRIMARY KEY (id),
	CONSTRAINT basis_known CHECK (basis = 'consent' OR basis = 'non_opposition' OR basis = 'derogation'),
	CONSTRAINT consent_form_version UNIQUE (code, version, language)
)
 STRICT
--;
CREATE TABLE consent_profile (
	id INTEGER NOT NULL,
	digest TEXT NOT NULL,
	answers TEXT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (digest)
)
 STRICT
--;
CREATE TABLE external_identifier (
	id INTEGER NOT NULL,
	noun TEXT NOT NULL,
	target_id INTEGER NOT NULL,
	system TEXT NOT NULL,
	value TEXT NOT NULL,
	folded TEXT NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT external_identifier_once UNIQUE (noun, system, folded)
)
 STRICT
--;
CREATE INDEX external_identifier_folded ON external_identifier (folded)
--;
CREATE INDEX external_identifier_target ON external_identifier (noun, target_id)
--;
CREATE TABLE ledger_record (
	entry INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	noun TEXT NOT NULL,
	target_id INTEGER NOT NULL,
	change TEXT NOT NULL,
	PRIMARY KEY (entry, seq)
)
 WITHOUT ROWID,
 STRICT
--;
CREATE INDEX ledger_record_target ON ledger_record (noun, target_id)
--;
CREATE TABLE organisation (
	id INTEGER NOT NULL,
	code TEXT NOT NULL,
	name TEXT NOT NULL,
	kind TEXT NOT NULL,
	commercial INTEGER NOT NULL,
	country TEXT,
	PRIMARY KEY (id),
	CONSTRAINT kind_known CHECK (kind = 'hospital' OR kind = 'university' OR kind = 'company' OR kind = 'agency' OR kind = 'foundation'),
	CONSTRAINT commercial_flag CHECK (commercial IN (0, 1)),
	UNIQUE (code)
)
 STRICT
--;
CREATE TABLE proposal_call (
	id INTEGER NOT NULL,
	year INTEGER NOT NULL,
	opens TEXT,
	closes TEXT,
	target INTEGER,
	criteria TEXT,
	PRIMARY KEY (id),
	CONSTRAINT opens_before_closes CHECK (closes IS NULL OR opens IS NULL OR opens <= closes),
	UNIQUE (year)
)
 STRICT
--;
CREATE TABLE sample_tally (
	material TEXT NOT NULL,
	status TEXT NOT NULL,
	kind TEXT NOT NULL,
	diagnosis TEXT NOT NULL,
	custodian_id INTEGER NOT NULL,
	n INTEGER NOT NULL,
	PRIMARY KEY (material, status, kind, diagnosis, custodian_id),
	CONSTRAINT n_not_negative CHECK (n >= 0)
)
 WITHOUT ROWID,
 STRICT
--;
CREATE INDEX sample_tally_diagnosis ON sample_tally (diagnosis, custodian_id, n)
--;
CREATE TABLE serial (
	noun TEXT NOT NULL,
	prefix TEXT NOT NULL,
	next INTEGER NOT NULL,
	PRIMARY KEY (noun),
	CONSTRAINT next_positive CHECK (next > 0)
)
 STRICT
--;
CREATE TABLE setting (
	name TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (name)
)
 STRICT
--;
CREATE TABLE study (
	id INTEGER NOT NULL,
	code TEXT NOT NULL,
	title TEXT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (code)
)
 STRICT
--;
CREATE TABLE usable_tally (
	material TEXT NOT NULL,
	diagnosis TEXT NOT NULL,
	profile_id INTEGER NOT NULL,
	n INTEGER NOT NULL,
	PRIMARY KEY (material, diagnosis, profile_id),
	CONSTRAINT n_not_negative CHECK (n >= 0)
)
 WITHOUT ROWID,
 STRICT
--;
CREATE TABLE visit_template (
	id INTEGER NOT NULL,
	name TEXT NOT NULL,
	title TEXT NOT NULL,
	written TEXT NOT NULL,
	retired TEXT,
	PRIMARY KEY (id),
	UNIQUE (name)
)
 STRICT
--;
CREATE TABLE authorisation (
	id INTEGER NOT NULL,
	organisation_id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	reference TEXT NOT NULL,
	authority TEXT,
	scope TEXT NOT NULL,
	issued TEXT NOT NULL,
	expires TEXT,
	countries TEXT,
	document TEXT,
	ended TEXT,
	PRIMARY KEY (id),
	CONSTRAINT kind_known CHECK (kind = 'declaration' OR kind = 'authorisation' OR kind = 'export'),
	FOREIGN KEY(organisation_id) REFERENCES organisation (id)
)
 STRICT
--;
CREATE INDEX authorisation_organisation ON authorisation (organisation_id)
--;
CREATE TABLE donor (
	sex TEXT NOT NULL,
	birth_year INTEGER,
	birth_month INTEGER,
	country TEXT,
	note TEXT,
	id INTEGER NOT NULL,
	code TEXT NOT NULL,
	custodian_id INTEGER NOT NULL,
	state TEXT NOT NULL,
	link_token TEXT,
	profile_id INTEGER,
	diagnosis TEXT,
	study TEXT,
	PRIMARY KEY (id),
	CONSTRAINT sex_known CHECK (sex = 'male' OR sex = 'female' OR sex = 'unknown' OR sex = 'undifferentiated'),
	CONSTRAINT state_known CHECK (state = 'active' OR state = 'withdrawn' OR state = 'deceased'),
	CONSTRAINT birth_year_range CHECK (birth_year IS NULL OR birth_year BETWEEN 1850 AND 2200),
	CONSTRAINT birth_month_range CHECK (birth_month IS NULL OR birth_month BETWEEN 1 AND 12),
	UNIQUE (code),
	FOREIGN KEY(custodian_id) REFERENCES organisation (id),
	UNIQUE (link_token),
	FOREIGN KEY(profile_id) REFERENCES consent_profile (id)
)
 STRICT
--;
CREATE TABLE form_permission (
	id INTEGER NOT NULL,
	form_id INTEGER NOT NULL,
	permission TEXT NOT NULL,
	parameter TEXT,
	wording TEXT,
	PRIMARY KEY (id),
	CONSTRAINT form_permission_once UNIQUE (form_id, permission),
	FOREIGN KEY(form_id) REFERENCES consent_form (id)
)
 STRICT
--;
CREATE TABLE person (
	id INTEGER NOT NULL,
	login TEXT NOT NULL,
	name TEXT NOT NULL,
	organisation_id INTEGER,
	password TEXT,
	active INTEGER NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (login),
	FOREIGN KEY(organisation_id) REFERENCES organisation (id)
)
 STRICT
--;
CREATE TABLE consent (
	id INTEGER NOT NULL,
	donor_id INTEGER NOT NULL,
	form_id INTEGER NOT NULL,
	profile_id INTEGER NOT NULL,
	given TEXT NOT NULL,
	expressed_by TEXT NOT NULL,
	expires TEXT,
	withdrawn TEXT,
	state TEXT NOT NULL,
	document TEXT,
	source TEXT,
	revision INTEGER NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT state_known CHECK (state = 'active' OR state = 'withdrawn' OR state = 'expired' OR state = 'superseded'),
	CONSTRAINT expressed_by_known CHECK (expressed_by = 'donor' OR expressed_by = 'guardian' OR expressed_by = 'next_of_kin' OR expressed_by = 'authority'),
	FOREIGN KEY(donor_id) REFERENCES donor (id),
	FOREIGN KEY(form_id) REFERENCES consent_form (id),
	FOREIGN KEY(profile_id) REFERENCES consent_profile (id)
)
 STRICT
--;
CREATE INDEX consent_donor ON consent (donor_id)
--;
CREATE INDEX consent_expiry ON consent (state, expires)
--;
CREATE INDEX consent_guardian ON consent (donor_id) WHERE state = 'active' AND expressed_by = 'guardian'
--;
CREATE TABLE diagnosis (
	id INTEGER NOT NULL,
	donor_id INTEGER NOT NULL,
	system TEXT NOT NULL,
	code TEXT NOT NULL,
	morphology TEXT,
	date TEXT,
	age REAL,
	stage TEXT,
	tnm TEXT,
	tnm_edition TEXT,
	PRIMARY KEY (id),
	FOREIGN KEY(donor_id) REFERENCES donor (id)
)
 STRICT
--;
CREATE INDEX diagnosis_donor ON diagnosis (donor_id)
--;
CREATE TABLE enrolment (
	id INTEGER NOT NULL,
	donor_id INTEGER NOT NULL,
	study_id INTEGER NOT NULL,
	subject TEXT,
	PRIMARY KEY (id),
	CONSTRAINT enrolment_once UNIQUE (donor_id, study_id),
	FOREIGN KEY(donor_id) REFERENCES donor (id),
	FOREIGN KEY(study_id) REFERENCES study (id)
)
 STRICT
--;
CREATE TABLE hold (
	id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	noun TEXT NOT NULL,
	target_id INTEGER NOT NULL,
	reason TEXT NOT NULL,
	person_id INTEGER NOT NULL,
	laid TEXT NOT NULL,
	released TEXT,
	PRIMARY KEY (id),
	CONSTRAINT kind_known CHECK (kind = 'quality' OR kind = 'consent' OR kind = 'legal' OR kind = 'dispute'),
	FOREIGN KEY(person_id) REFERENCES person (id)
)
 STRICT
--;
CREATE INDEX hold_target ON hold (noun, target_id)
--;
CREATE TABLE ledger_entry (
	number INTEGER NOT NULL,
	at TEXT NOT NULL,
	actor_id INTEGER,
	actor TEXT NOT NULL,
	role TEXT NOT NULL,
	workstation TEXT NOT NULL,
	verb TEXT NOT NULL,
	reason TEXT,
	subject TEXT,
	facts TEXT NOT NULL,
	"key" TEXT,
	count INTEGER NOT NULL,
	digest TEXT NOT NULL,
	previous TEXT NOT NULL,
	hash TEXT NOT NULL,
	PRIMARY KEY (number),
	FOREIGN KEY(actor_id) REFERENCES person (id)
)
 STRICT
--;
CREATE INDEX ledger_entry_actor ON ledger_entry (actor_id, number)
--;
CREATE UNIQUE INDEX ledger_entry_key ON ledger_entry ("key")
--;
CREATE TABLE print_job (
	id INTEGER NOT NULL,
	stock TEXT NOT NULL,
	target TEXT NOT NULL,
	layout TEXT,
	copies INTEGER NOT NULL,
	dpi INTEGER NOT NULL,
	labels INTEGER NOT NULL,
	made TEXT NOT NULL,
	person_id INTEGER,
	reason TEXT,
	state TEXT NOT NULL,
	run INTEGER NOT NULL,
	seen TEXT,
	said TEXT,
	PRIMARY KEY (id),
	CONSTRAINT state_known CHECK (state = 'waiting' OR state = 'printing' OR state = 'stopped' OR state = 'done' OR state = 'cancelled'),
	CONSTRAINT labels_positive CHECK (copies > 0 AND labels > 0),
	FOREIGN KEY(person_id) REFERENCES person (id)
)
 STRICT
--;
CREATE INDEX print_job_open ON print_job (id) WHERE state <> 'done' AND state <> 'cancelled'
--;
CREATE TABLE project (
	id INTEGER NOT NULL,
	code TEXT NOT NULL,
	title TEXT NOT NULL,
	summary TEXT,
	lead_id INTEGER NOT NULL,
	organisation_id INTEGER NOT NULL,
	purpose TEXT,
	ethics_reference TEXT,
	ethics_expires TEXT,
	export_authorisation TEXT,
	quota INTEGER,
	year INTEGER NOT NULL,
	state TEXT NOT NULL,
	decided TEXT,
	grounds TEXT,
	PRIMARY KEY (id),
	CONSTRAINT state_known CHECK (state = 'proposed' OR state = 'scored' OR state = 'selected' OR state = 'declined' OR state = 'active' OR state = 'suspended' OR state = 'closed'),
	UNIQUE (code),
	FOREIGN KEY(lead_id) REFERENCES person (id),
	FOREIGN KEY(organisation_id) REFERENCES organisation (id)
)
 STRICT
--;
CREATE TABLE agreement (
	id INTEGER NOT NULL,
	project_id INTEGER NOT NULL,
	organisation_id INTEGER NOT NULL,
	reference TEXT NOT NULL,
	signed TEXT,
	expires TEXT,
	document TEXT,
	ended TEXT,
	PRIMARY KEY (id),
	FOREIGN KEY(project_id) REFERENCES project (id),
	FOREIGN KEY(organisation_id) REFERENCES organisation (id)
)
 STRICT
--;
CREATE INDEX agreement_project ON agreement (project_id)
--;
CREATE TABLE data_release (
	id INTEGER NOT NULL,
	code TEXT NOT NULL,
	project_id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	made TEXT NOT NULL,
	file TEXT NOT NULL,
	digest TEXT NOT NULL,
	columns TEXT NOT NULL,
	quasi TEXT NOT NULL,
	k INTEGER NOT NULL,
	samples INTEGER NOT NULL,
	donors INTEGER NOT NULL,
	withheld INTEGER NOT NULL,
	obligations TEXT,
	PRIMARY KEY (id),
	CONSTRAINT k_positive CHECK (k > 0),
	UNIQUE (code),
	FOREIGN KEY(project_id) REFERENCES project (id),
	FOREIGN KEY(person_id) REFERENCES person (id)
)
 STRICT
--;
CREATE INDEX data_release_project ON data_release (project_id)
--;
CREATE TABLE notice (
	id INTEGER NOT NULL,
	project_id INTEGER NOT NULL,
	cause TEXT NOT NULL,
	made TEXT NOT NULL,
	entry INTEGER NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT cause_known CHECK (cause = 'withdrawal' OR cause = 'consent' OR cause = 'expiry' OR cause = 'majority' OR cause = 'team' OR cause = 'purpose' OR cause = 'import'),
	FOREIGN KEY(project_id) REFERENCES project (id)
)
 STRICT
--;
CREATE INDEX notice_project ON notice (project_id)
--;
CREATE TABLE printed_label (
	id INTEGER NOT NULL,
	job_id INTEGER NOT NULL,
	place INTEGER NOT NULL,
	code TEXT NOT NULL,
	state TEXT NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT state_known CHECK (state = 'waiting' OR state = 'sent' OR state = 'printed' OR state = 'doubtful' OR state = 'refused' OR state = 'cancelled'),
	CONSTRAINT printed_label_place UNIQUE (job_id, place),
	FOREIGN KEY(job_id) REFERENCES print_job (id)
)
 STRICT
--;
CREATE INDEX printed_label_code ON printed_label (code)
--;
CREATE TABLE project_donor (
	id INTEGER NOT NULL,
	project_id INTEGER NOT NULL,
	donor_id INTEGER NOT NULL,
	code TEXT NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT project_donor_once UNIQUE (project_id, donor_id),
	FOREIGN KEY(project_id) REFERENCES project (id),
	FOREIGN KEY(donor_id) REFERENCES donor (id),
	UNIQUE (code)
)
 STRICT
--;
CREATE TABLE project_member (
	id INTEGER NOT NULL,
	project_id INTEGER NOT NULL,
	person_id INTEGER,
	organisation_id INTEGER,
	"left" TEXT,
	PRIMARY KEY (id),
	CONSTRAINT person_or_organisation CHECK ((person_id IS NULL) <> (organisation_id IS NULL)),
	FOREIGN KEY(project_id) REFERENCES project (id),
	FOREIGN KEY(person_id) REFERENCES person (id),
	FOREIGN KEY(organisation_id) REFERENCES organisation (id)
)
 STRICT
--;
CREATE INDEX project_member_project ON project_member (project_id)
--;
CREATE TABLE request (
	id INTEGER NOT NULL,
	code TEXT NOT NULL,
	project_id INTEGER NOT NULL,
	title TEXT NOT NULL,
	state TEXT NOT NULL,
	turn TEXT NOT NULL,
	turn_since TEXT NOT NULL,
	created TEXT NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT state_known CHECK (state = 'draft' OR state = 'submitted' OR state = 'in_review' OR state = 'changes_requested' OR state = 'approved' OR state = 'rejected' OR state = 'in_fulfilment' OR state = 'fulfilled' OR state = 'closed_short' OR state = 'cancelled'),
	CONSTRAINT turn_known CHECK (turn = 'lead' OR turn = 'committee' OR turn = 'technician' OR turn = 'recipient' OR turn = 'nobody'),
	UNIQUE (code),
	FOREIGN KEY(project_id) REFERENCES project (id)
)
 STRICT
--;
CREATE INDEX request_project ON request (project_id)
--;
CREATE INDEX request_turn ON request (turn, turn_since)
--;
CREATE TABLE returned_result (
	id INTEGER NOT NULL,
	project_id INTEGER NOT NULL,
	title TEXT NOT NULL,
	file TEXT NOT NULL,
	digest TEXT NOT NULL,
	returned TEXT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(project_id) REFERENCES project (id)
)
 STRICT
--;
CREATE INDEX returned_result_project ON returned_result (project_id)
--;
CREATE TABLE role_grant (
	id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	role TEXT NOT NULL,
	organisation_id INTEGER,
	project_id INTEGER,
	revoked TEXT,
	PRIMARY KEY (id),
	CONSTRAINT role_known CHECK (role = 'technician' OR role = 'project_lead' OR role = 'committee' OR role = 'manager' OR role = 'auditor' OR role = 'administrator'),
	CONSTRAINT one_scope CHECK (organisation_id IS NULL OR project_id IS NULL),
	FOREIGN KEY(person_id) REFERENCES person (id),
	FOREIGN KEY(organisation_id) REFERENCES organisation (id),
	FOREIGN KEY(project_id) REFERENCES project (id)
)
 STRICT
--;
CREATE INDEX role_grant_person ON role_grant (person_id)
--;
CREATE TABLE score (
	id INTEGER NOT NULL,
	project_id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	points REAL,
	marks TEXT,
	"conflict" TEXT,
	comment TEXT,
	PRIMARY KEY (id),
	CONSTRAINT score_once UNIQUE (project_id, person_id),
	CONSTRAINT points_range CHECK (points IS NULL OR points BETWEEN 0 AND 10),
	FOREIGN KEY(project_id) REFERENCES project (id),
	FOREIGN KEY(person_id) REFERENCES person (id)
)
 STRICT
--;
CREATE TABLE storage_unit (
	id INTEGER NOT NULL,
	code TEXT NOT NULL,
	name TEXT NOT NULL,
	kind TEXT NOT NULL,
	parent_id INTEGER,
	path TEXT NOT NULL,
	rows INTEGER,
	columns INTEGER,
	row_scheme TEXT NOT NULL,
	column_scheme TEXT NOT NULL,
	label_style TEXT NOT NULL,
	label_major TEXT NOT NULL,
	fill_order TEXT,
	temperature TEXT,
	materials TEXT,
	organisation_id INTEGER,
	project_id INTEGER,
	capacity INTEGER,
	service TEXT NOT NULL,
	service_since TEXT,
	places INTEGER NOT NULL,
	tubes INTEGER NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT kind_known CHECK (kind = 'site' OR kind = 'room' OR kind = 'freezer' OR kind = 'tank' OR kind = 'shelf' OR kind = 'tower' OR kind = 'rack' OR kind = 'drawer' OR kind = 'box' OR kind = 'plate' OR kind = 'bag'),
	CONSTRAINT service_known CHECK (service = 'active' OR service = 'defrosting' OR service = 'failing' OR service = 'backup' OR service = 'retired'),
	CONSTRAINT grid_whole CHECK ((rows IS NULL) = (columns IS NULL)),
	CONSTRAINT grid_positive CHECK (rows IS NULL OR (rows > 0 AND columns > 0)),
	CONSTRAINT capacity_positive CHECK (capacity IS NULL OR capacity > 0),
	CONSTRAINT tubes_not_negative CHECK (tubes >= 0),
	UNIQUE (code),
	FOREIGN KEY(parent_id) REFERENCES storage_unit (id),
	FOREIGN KEY(organisation_id) REFERENCES organisation (id),
	FOREIGN KEY(project_id) REFERENCES project (id)
)
 STRICT
--;
CREATE INDEX storage_unit_parent ON storage_unit (parent_id)
--;
CREATE UNIQUE INDEX storage_unit_path ON storage_unit (path)
--;
CREATE TABLE withdrawal (
	id INTEGER NOT NULL,
	donor_id INTEGER NOT NULL,
	made TEXT NOT NULL,
	outcome TEXT NOT NULL,
	pools TEXT NOT NULL,
	hold_id INTEGER NOT NULL,
	profile_id INTEGER,
	entry INTEGER NOT NULL,
	settled TEXT,
	PRIMARY KEY (id),
	CONSTRAINT outcome_known CHECK (outcome = 'destroy' OR outcome = 'return' OR outcome = 'anonymise'),
	CONSTRAINT pools_known CHECK (pools = 'hold' OR pools = 'destroy' OR pools = 'keep'),
	FOREIGN KEY(donor_id) REFERENCES donor (id),
	FOREIGN KEY(hold_id) REFERENCES hold (id),
	FOREIGN KEY(profile_id) REFERENCES consent_profile (id)
)
 STRICT
--;
CREATE INDEX withdrawal_donor ON withdrawal (donor_id)
--;
CREATE TABLE decision (
	id INTEGER NOT NULL,
	request_id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	vote TEXT NOT NULL,
	reason TEXT,
	decided TEXT NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT vote_known CHECK (vote = 'approve' OR vote = 'reject' OR vote = 'changes'),
	FOREIGN KEY(request_id) REFERENCES request (id),
	FOREIGN KEY(person_id) REFERENCES person (id)
)
 STRICT
--;
CREATE INDEX decision_request ON decision (request_id)
--;
CREATE TABLE message (
	id INTEGER NOT NULL,
	request_id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	said TEXT NOT NULL,
	body TEXT NOT NULL,
	facts TEXT,
	PRIMARY KEY (id),
	FOREIGN KEY(request_id) REFERENCES request (id),
	FOREIGN KEY(person_id) REFERENCES person (id)
)
 STRICT
--;
CREATE INDEX message_request ON message (request_id)
--;
CREATE TABLE move_list (
	id INTEGER NOT NULL,
	code TEXT NOT NULL,
	purpose TEXT NOT NULL,
	unit_id INTEGER,
	made TEXT NOT NULL,
	closed TEXT,
	PRIMARY KEY (id),
	CONSTRAINT purpose_known CHECK (purpose = 'freeing' OR purpose = 'evacuation'),
	UNIQUE (code),
	FOREIGN KEY(unit_id) REFERENCES storage_unit (id)
)
 STRICT
--;
CREATE INDEX move_list_open ON move_list (closed)
--;
CREATE TABLE pick_list (
	id INTEGER NOT NULL,
	code TEXT NOT NULL,
	request_id INTEGER NOT NULL,
	made TEXT NOT NULL,
	closed TEXT,
	PRIMARY KEY (id),
	UNIQUE (code),
	FOREIGN KEY(request_id) REFERENCES request (id)
)
 STRICT
--;
CREATE INDEX pick_list_open ON pick_list (closed)
--;
CREATE TABLE request_line (
	id INTEGER NOT NULL,
	request_id INTEGER NOT NULL,
	place INTEGER NOT NULL,
	kind TEXT NOT NULL,
	criteria TEXT,
	asked INTEGER NOT NULL,
	granted INTEGER,
	least INTEGER,
	least_unit TEXT,
	PRIMARY KEY (id),
	CONSTRAINT kind_known CHECK (kind = 'criteria' OR kind = 'samples'),
	CONSTRAINT asked_positive CHECK (asked > 0),
	CONSTRAINT granted_of_asked CHECK (granted IS NULL OR granted BETWEEN 0 AND asked),
	CONSTRAINT request_line_place UNIQUE (request_id, place),
	FOREIGN KEY(request_id) REFERENCES request (id)
)
 STRICT
--;
CREATE TABLE sample (
	material TEXT NOT NULL,
	topography TEXT,
	diagnosis TEXT,
	concentration REAL,
	concentration_unit TEXT,
	collected TEXT,
	received TEXT,
	processed TEXT,
	frozen TEXT,
	note TEXT,
	id INTEGER NOT NULL,
	code TEXT NOT NULL,
	barcode TEXT,
	kind TEXT NOT NULL,
	donor_id INTEGER,
	parent_id INTEGER,
	custodian_id INTEGER NOT NULL,
	status TEXT NOT NULL,
	holds INTEGER NOT NULL,
	unit TEXT,
	amount_initial INTEGER,
	amount INTEGER,
	thaws INTEGER NOT NULL,
	profile_id INTEGER,
	unit_id INTEGER,
	"row" INTEGER,
	col INTEGER,
	sprec TEXT,
	relaxed TEXT,
	PRIMARY KEY (id),
	CONSTRAINT kind_known CHECK (kind = 'primary' OR kind = 'aliquot' OR kind = 'derivative' OR kind = 'pool'),
	CONSTRAINT status_known CHECK (status = 'expected' OR status = 'available' OR status = 'reserved' OR status = 'checked_out' OR status = 'in_transit' OR status = 'distributed' OR status = 'consumed' OR status = 'destroyed' OR status = 'missing' OR status = 'rejected'),
	CONSTRAINT not_its_own_parent CHECK (parent_id <> id),
	CONSTRAINT amount_not_negative CHECK (amount >= 0 AND amount_initial >= 0),
	CONSTRAINT unit_known CHECK (unit = 'nL' OR unit = 'µL' OR unit = 'mL' OR unit = 'L' OR unit = 'pg' OR unit = 'ng' OR unit = 'µg' OR unit = 'mg' OR unit = 'g' OR unit = 'cells' OR unit = 'pieces'),
	CONSTRAINT thaws_not_negative CHECK (thaws >= 0),
	CONSTRAINT holds_not_negative CHECK (holds >= 0),
	CONSTRAINT amount_has_unit CHECK (amount IS NULL OR unit IS NOT NULL),
	CONSTRAINT position_whole CHECK (("row" IS NULL) = (col IS NULL)),
	CONSTRAINT position_positive CHECK ("row" IS NULL OR ("row" >= 0 AND col >= 0)),
	CONSTRAINT position_in_unit CHECK ("row" IS NULL OR unit_id IS NOT NULL),
	CONSTRAINT gone_frees_its_place CHECK (unit_id IS NULL OR (status <> 'distributed' AND status <> 'consumed' AND status <> 'destroyed' AND status <> 'rejected' AND status <> 'missing' AND status <> 'expected')),
	CONSTRAINT times_in_order CHECK (relaxed IS NOT NULL OR ((collected IS NULL OR received IS NULL OR collected <= received OR CASE WHEN (length(collected) > 10) = (length(received) > 10) THEN substr(substr(collected, 1, 16), 1, length(substr(received, 1, 16))) <= substr(substr(received, 1, 16), 1, length(substr(collected, 1, 16))) ELSE substr(substr(collected, 1, 16), 1, 4) <= substr(substr(received, 1, 16), 1, 4) OR substr(substr(collected, 1, 16), 6, 5) IN ('', '01', '01-01') END) AND (collected IS NULL OR processed IS NULL OR collected <= processed OR CASE WHEN (length(collected) > 10) = (length(processed) > 10) THEN substr(substr(collected, 1, 16), 1, length(substr(processed, 1, 16))) <= substr(substr(processed, 1, 16), 1, length(substr(collected, 1, 16))) ELSE substr(substr(collected, 1, 16), 1, 4) <= substr(substr(processed, 1, 16), 1, 4) OR substr(substr(collected, 1, 16), 6, 5) IN ('', '01', '01-01') END) AND (collected IS NULL OR frozen IS NULL OR collected <= frozen OR CASE WHEN (length(collected) > 10) = (length(frozen) > 10) THEN substr(substr(collected, 1, 16), 1, length(substr(frozen, 1, 16))) <= substr(substr(frozen, 1, 16), 1, length(substr(collected, 1, 16))) ELSE substr(substr(collected, 1, 16), 1, 4) <= substr(substr(frozen, 1, 16), 1, 4) OR substr(substr(collected, 1, 16), 6, 5) IN ('', '01', '01-01') END) AND (received IS NULL OR processed IS NULL OR received <= processed OR CASE WHEN (length(received) > 10) = (length(processed) > 10) THEN substr(substr(received, 1, 16), 1, length(substr(processed, 1, 16))) <= substr(substr(processed, 1, 16), 1, length(substr(received, 1, 16))) ELSE substr(substr(received, 1, 16), 1, 4) <= substr(substr(processed, 1, 16), 1, 4) OR substr(substr(received, 1, 16), 6, 5) IN ('', '01', '01-01') END) AND (received IS NULL OR frozen IS NULL OR received <= frozen OR CASE WHEN (length(received) > 10) = (length(frozen) > 10) THEN substr(substr(received, 1, 16), 1, length(substr(frozen, 1, 16))) <= substr(substr(frozen, 1, 16), 1, length(substr(received, 1, 16))) ELSE substr(substr(received, 1, 16), 1, 4) <= substr(substr(frozen, 1, 16), 1, 4) OR substr(substr(received, 1, 16), 6, 5) IN ('', '01', '01-01') END) AND (processed IS NULL OR frozen IS NULL OR processed <= frozen OR CASE WHEN (length(processed) > 10) = (length(frozen) > 10) THEN substr(substr(processed, 1, 16), 1, length(substr(frozen, 1, 16))) <= substr(substr(frozen, 1, 16), 1, length(substr(processed, 1, 16))) ELSE substr(substr(processed, 1, 16), 1, 4) <= substr(substr(frozen, 1, 16), 1, 4) OR substr(substr(processed, 1, 16), 6, 5) IN ('', '01', '01-01') END))),
	FOREIGN KEY(donor_id) REFERENCES donor (id),
	FOREIGN KEY(parent_id) REFERENCES sample (id),
	FOREIGN KEY(custodian_id) REFERENCES organisation (id),
	FOREIGN KEY(profile_id) REFERENCES consent_profile (id),
	FOREIGN KEY(unit_id) REFERENCES storage_unit (id)
)
 STRICT
--;
CREATE UNIQUE INDEX sample_barcode ON sample (barcode) WHERE barcode IS NOT NULL
--;
CREATE UNIQUE INDEX sample_code ON sample (code)
--;
CREATE INDEX sample_collected ON sample (collected)
--;
CREATE INDEX sample_donor ON sample (donor_id)
--;
CREATE INDEX sample_facets ON sample (material, status, diagnosis)
--;
CREATE INDEX sample_frozen ON sample (frozen)
--;
CREATE INDEX sample_held ON sample (id) WHERE holds > 0
--;
CREATE INDEX sample_parent ON sample (parent_id) WHERE parent_id IS NOT NULL
--;
CREATE UNIQUE INDEX sample_position ON sample (unit_id, "row", col) WHERE unit_id IS NOT NULL
--;
CREATE INDEX sample_unplaced ON sample (id) WHERE unit_id IS NULL AND status = 'available'
--;
CREATE INDEX sample_usable ON sample (material, diagnosis, profile_id, amount, unit) WHERE status = 'available' AND holds = 0
--;
CREATE TABLE shipment (
	id INTEGER NOT NULL,
	code TEXT NOT NULL,
	request_id INTEGER,
	recipient_id INTEGER NOT NULL,
	state TEXT NOT NULL,
	rows INTEGER NOT NULL,
	columns INTEGER NOT NULL,
	carrier TEXT,
	tracking TEXT,
	dry_ice REAL,
	temperature TEXT,
	conditions TEXT,
	created TEXT NOT NULL,
	dispatched TEXT,
	received TEXT,
	arrival TEXT,
	PRIMARY KEY (id),
	CONSTRAINT state_known CHECK (state = 'packing' OR state = 'dispatched' OR state = 'received' OR state = 'received_with_discrepancies' OR state = 'lost' OR state = 'closed'),
	CONSTRAINT grid_positive CHECK (rows > 0 AND columns > 0),
	CONSTRAINT dry_ice_not_negative CHECK (dry_ice IS NULL OR dry_ice >= 0),
	UNIQUE (code),
	FOREIGN KEY(request_id) REFERENCES request (id),
	FOREIGN KEY(recipient_id) REFERENCES organisation (id)
)
 STRICT
--;
CREATE INDEX shipment_state ON shipment (state)
--;
CREATE TABLE checkout (
	id INTEGER NOT NULL,
	sample_id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	purpose TEXT,
	taken TEXT NOT NULL,
	returned TEXT,
	thawed INTEGER NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(sample_id) REFERENCES sample (id),
	FOREIGN KEY(person_id) REFERENCES person (id)
)
 STRICT
--;
CREATE UNIQUE INDEX checkout_open ON checkout (sample_id) WHERE returned IS NULL
--;
CREATE TABLE hold_sample (
	id INTEGER NOT NULL,
	hold_id INTEGER NOT NULL,
	sample_id INTEGER NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT hold_sample_once UNIQUE (hold_id, sample_id),
	FOREIGN KEY(hold_id) REFERENCES hold (id),
	FOREIGN KEY(sample_id) REFERENCES sample (id)
)
 STRICT
--;
CREATE INDEX hold_sample_sample ON hold_sample (sample_id)
--;
CREATE TABLE move_item (
	id INTEGER NOT NULL,
	move_list_id INTEGER NOT NULL,
	place INTEGER NOT NULL,
	sample_id INTEGER,
	box_id INTEGER,
	target_id INTEGER NOT NULL,
	"row" INTEGER,
	col INTEGER,
	state TEXT NOT NULL,
	done TEXT,
	PRIMARY KEY (id),
	CONSTRAINT state_known CHECK (state = 'to_move' OR state = 'moved' OR state = 'left'),
	CONSTRAINT tube_or_box CHECK ((sample_id IS NULL) <> (box_id IS NULL)),
	CONSTRAINT hole_whole CHECK (("row" IS NULL) = (col IS NULL)),
	CONSTRAINT move_item_turn UNIQUE (move_list_id, place),
	FOREIGN KEY(move_list_id) REFERENCES move_list (id),
	FOREIGN KEY(sample_id) REFERENCES sample (id),
	FOREIGN KEY(box_id) REFERENCES storage_unit (id),
	FOREIGN KEY(target_id) REFERENCES storage_unit (id)
)
 STRICT
--;
CREATE INDEX move_item_sample ON move_item (sample_id) WHERE sample_id IS NOT NULL
--;
CREATE INDEX move_item_target ON move_item (target_id)
--;
CREATE TABLE notice_sample (
	id INTEGER NOT NULL,
	notice_id INTEGER NOT NULL,
	sample_id INTEGER NOT NULL,
	request_id INTEGER,
	affected TEXT NOT NULL,
	reason TEXT,
	PRIMARY KEY (id),
	CONSTRAINT affected_known CHECK (affected = 'reserved' OR affected = 'listed' OR affected = 'picked' OR affected = 'packed' OR affected = 'sent'),
	CONSTRAINT notice_sample_once UNIQUE (notice_id, sample_id),
	FOREIGN KEY(notice_id) REFERENCES notice (id),
	FOREIGN KEY(sample_id) REFERENCES sample (id),
	FOREIGN KEY(request_id) REFERENCES request (id)
)
 STRICT
--;
CREATE TABLE pool_member (
	id INTEGER NOT NULL,
	pool_id INTEGER NOT NULL,
	sample_id INTEGER NOT NULL,
	amount INTEGER,
	unit TEXT,
	withdrawn TEXT,
	kept_profile_id INTEGER,
	PRIMARY KEY (id),
	CONSTRAINT pool_member_once UNIQUE (pool_id, sample_id),
	FOREIGN KEY(pool_id) REFERENCES sample (id),
	FOREIGN KEY(sample_id) REFERENCES sample (id),
	FOREIGN KEY(kept_profile_id) REFERENCES consent_profile (id)
)
 STRICT
--;
CREATE INDEX pool_member_sample ON pool_member (sample_id)
--;
CREATE TABLE preanalytics (
	sample_id INTEGER NOT NULL,
	container TEXT,
	pre_delay REAL,
	pre_temperature REAL,
	spin_minutes REAL,
	spin_rcf REAL,
	spin_temperature REAL,
	spin_brake INTEGER,
	second_minutes REAL,
	second_rcf REAL,
	second_temperature REAL,
	second_brake INTEGER,
	post_delay REAL,
	post_temperature REAL,
	storage TEXT,
	fixation TEXT,
	fixation_minutes REAL,
	warm_ischaemia REAL,
	cold_ischaemia REAL,
	PRIMARY KEY (sample_id),
	FOREIGN KEY(sample_id) REFERENCES sample (id)
)
 STRICT
--;
CREATE TABLE project_sample (
	id INTEGER NOT NULL,
	project_id INTEGER NOT NULL,
	sample_id INTEGER NOT NULL,
	code TEXT NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT project_sample_once UNIQUE (project_id, sample_id),
	FOREIGN KEY(project_id) REFERENCES project (id),
	FOREIGN KEY(sample_id) REFERENCES sample (id),
	UNIQUE (code)
)
 STRICT
--;
CREATE TABLE released_sample (
	id INTEGER NOT NULL,
	release_id INTEGER NOT NULL,
	sample_id INTEGER NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT released_sample_once UNIQUE (release_id, sample_id),
	FOREIGN KEY(release_id) REFERENCES data_release (id),
	FOREIGN KEY(sample_id) REFERENCES sample (id)
)
 STRICT
--;
CREATE INDEX released_sample_sample ON released_sample (sample_id)
--;
CREATE TABLE request_sample (
	id INTEGER NOT NULL,
	line_id INTEGER NOT NULL,
	sample_id INTEGER NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT request_sample_once UNIQUE (line_id, sample_id),
	FOREIGN KEY(line_id) REFERENCES request_line (id),
	FOREIGN KEY(sample_id) REFERENCES sample (id)
)
 STRICT
--;
CREATE TABLE reservation (
	id INTEGER NOT NULL,
	sample_id INTEGER NOT NULL,
	request_id INTEGER NOT NULL,
	line_id INTEGER NOT NULL,
	state TEXT NOT NULL,
	made TEXT NOT NULL,
	expires TEXT,
	noticed TEXT,
	ended TEXT,
	why TEXT,
	PRIMARY KEY (id),
	CONSTRAINT state_known CHECK (state = 'active' OR state = 'picked' OR state = 'released' OR state = 'expired'),
	FOREIGN KEY(sample_id) REFERENCES sample (id),
	FOREIGN KEY(request_id) REFERENCES request (id),
	FOREIGN KEY(line_id) REFERENCES request_line (id)
)
 STRICT
--;
CREATE INDEX reservation_expiry ON reservation (expires) WHERE state = 'active'
--;
CREATE INDEX reservation_request ON reservation (request_id, state, sample_id)
--;
CREATE INDEX reservation_sample ON reservation (sample_id)
--;
CREATE UNIQUE INDEX reservation_standing ON reservation (sample_id) WHERE state = 'active'
--;
CREATE TABLE result_sample (
	id INTEGER NOT NULL,
	result_id INTEGER NOT NULL,
	sample_id INTEGER NOT NULL,
	value TEXT,
	PRIMARY KEY (id),
	CONSTRAINT result_sample_once UNIQUE (result_id, sample_id),
	FOREIGN KEY(result_id) REFERENCES returned_result (id),
	FOREIGN KEY(sample_id) REFERENCES sample (id)
)
 STRICT
--;
CREATE INDEX result_sample_sample ON result_sample (sample_id)
--;
CREATE TABLE shipment_item (
	id INTEGER NOT NULL,
	shipment_id INTEGER NOT NULL,
	sample_id INTEGER,
	box INTEGER NOT NULL,
	"row" INTEGER,
	col INTEGER,
	state TEXT NOT NULL,
	note TEXT,
	read TEXT,
	returned TEXT,
	PRIMARY KEY (id),
	CONSTRAINT state_known CHECK (state = 'packed' OR state = 'unpacked' OR state = 'received' OR state = 'missing' OR state = 'damaged' OR state = 'extra'),
	CONSTRAINT item_is_a_sample CHECK (sample_id IS NOT NULL OR state = 'extra'),
	CONSTRAINT shipment_item_once UNIQUE (shipment_id, sample_id),
	FOREIGN KEY(shipment_id) REFERENCES shipment (id),
	FOREIGN KEY(sample_id) REFERENCES sample (id)
)
 STRICT
--;
CREATE UNIQUE INDEX shipment_item_hole ON shipment_item (shipment_id, box, "row", col) WHERE state = 'packed'
--;
CREATE UNIQUE INDEX shipment_item_packed ON shipment_item (sample_id) WHERE state = 'packed'
--;
CREATE INDEX shipment_item_sample ON shipment_item (sample_id)
--;
CREATE TABLE waiting_line (
	id INTEGER NOT NULL,
	line_id INTEGER NOT NULL,
	since TEXT NOT NULL,
	ended TEXT,
	why TEXT,
	PRIMARY KEY (id),
	FOREIGN KEY(line_id) REFERENCES request_line (id)
)
 STRICT
--;
CREATE UNIQUE INDEX waiting_line_open ON waiting_line (line_id) WHERE ended IS NULL
--;
CREATE TABLE pick_item (
	id INTEGER NOT NULL,
	pick_list_id INTEGER NOT NULL,
	sample_id INTEGER NOT NULL,
	reservation_id INTEGER NOT NULL,
	place INTEGER NOT NULL,
	state TEXT NOT NULL,
	done TEXT,
	note TEXT,
	PRIMARY KEY (id),
	CONSTRAINT state_known CHECK (state = 'to_pick' OR state = 'picked' OR state = 'missing' OR state = 'dropped'),
	CONSTRAINT pick_item_once UNIQUE (pick_list_id, sample_id),
	FOREIGN KEY(pick_list_id) REFERENCES pick_list (id),
	FOREIGN KEY(sample_id) REFERENCES sample (id),
	FOREIGN KEY(reservation_id) REFERENCES reservation (id)
)
 STRICT
--;
CREATE INDEX pick_item_sample ON pick_item (sample_id)
--;
CREATE TRIGGER ledger_entry_not_edited BEFORE UPDATE ON ledger_entry
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:ledger_entry_not_edited'); END
--;
CREATE TRIGGER ledger_record_not_edited BEFORE UPDATE ON ledger_record
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:ledger_record_not_edited'); END
--;
CREATE TRIGGER ledger_entry_not_removed BEFORE DELETE ON ledger_entry
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:ledger_entry_not_removed'); END
--;
CREATE TRIGGER ledger_record_not_removed BEFORE DELETE ON ledger_record
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:ledger_record_not_removed'); END
--;
CREATE TRIGGER setting_not_removed BEFORE DELETE ON setting
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:setting_not_removed'); END
--;
CREATE TRIGGER organisation_not_removed BEFORE DELETE ON organisation
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:organisation_not_removed'); END
--;
CREATE TRIGGER person_not_removed BEFORE DELETE ON person
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:person_not_removed'); END
--;
CREATE TRIGGER role_grant_not_removed BEFORE DELETE ON role_grant
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:role_grant_not_removed'); END
--;
CREATE TRIGGER donor_not_removed BEFORE DELETE ON donor
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:donor_not_removed'); END
--;
CREATE TRIGGER diagnosis_not_removed BEFORE DELETE ON diagnosis
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:diagnosis_not_removed'); END
--;
CREATE TRIGGER study_not_removed BEFORE DELETE ON study
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:study_not_removed'); END
--;
CREATE TRIGGER enrolment_not_removed BEFORE DELETE ON enrolment
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:enrolment_not_removed'); END
--;
CREATE TRIGGER external_identifier_not_removed BEFORE DELETE ON external_identifier
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:external_identifier_not_removed'); END
--;
CREATE TRIGGER consent_form_not_removed BEFORE DELETE ON consent_form
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:consent_form_not_removed'); END
--;
CREATE TRIGGER form_permission_not_removed BEFORE DELETE ON form_permission
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:form_permission_not_removed'); END
--;
CREATE TRIGGER consent_profile_not_removed BEFORE DELETE ON consent_profile
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:consent_profile_not_removed'); END
--;
CREATE TRIGGER consent_not_removed BEFORE DELETE ON consent
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:consent_not_removed'); END
--;
CREATE TRIGGER storage_unit_not_removed BEFORE DELETE ON storage_unit
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:storage_unit_not_removed'); END
--;
CREATE TRIGGER sample_not_removed BEFORE DELETE ON sample
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:sample_not_removed'); END
--;
CREATE TRIGGER preanalytics_not_removed BEFORE DELETE ON preanalytics
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:preanalytics_not_removed'); END
--;
CREATE TRIGGER pool_member_not_removed BEFORE DELETE ON pool_member
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:pool_member_not_removed'); END
--;
CREATE TRIGGER hold_not_removed BEFORE DELETE ON hold
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:hold_not_removed'); END
--;
CREATE TRIGGER hold_sample_not_removed BEFORE DELETE ON hold_sample
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:hold_sample_not_removed'); END
--;
CREATE TRIGGER checkout_not_removed BEFORE DELETE ON checkout
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:checkout_not_removed'); END
--;
CREATE TRIGGER project_not_removed BEFORE DELETE ON project
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:project_not_removed'); END
--;
CREATE TRIGGER project_member_not_removed BEFORE DELETE ON project_member
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:project_member_not_removed'); END
--;
CREATE TRIGGER agreement_not_removed BEFORE DELETE ON agreement
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:agreement_not_removed'); END
--;
CREATE TRIGGER score_not_removed BEFORE DELETE ON score
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:score_not_removed'); END
--;
CREATE TRIGGER proposal_call_not_removed BEFORE DELETE ON proposal_call
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:proposal_call_not_removed'); END
--;
CREATE TRIGGER request_not_removed BEFORE DELETE ON request
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:request_not_removed'); END
--;
CREATE TRIGGER request_line_not_removed BEFORE DELETE ON request_line
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:request_line_not_removed'); END
--;
CREATE TRIGGER request_sample_not_removed BEFORE DELETE ON request_sample
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:request_sample_not_removed'); END
--;
CREATE TRIGGER waiting_line_not_removed BEFORE DELETE ON waiting_line
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:waiting_line_not_removed'); END
--;
CREATE TRIGGER decision_not_removed BEFORE DELETE ON decision
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:decision_not_removed'); END
--;
CREATE TRIGGER message_not_removed BEFORE DELETE ON message
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:message_not_removed'); END
--;
CREATE TRIGGER reservation_not_removed BEFORE DELETE ON reservation
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:reservation_not_removed'); END
--;
CREATE TRIGGER pick_list_not_removed BEFORE DELETE ON pick_list
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:pick_list_not_removed'); END
--;
CREATE TRIGGER pick_item_not_removed BEFORE DELETE ON pick_item
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:pick_item_not_removed'); END
--;
CREATE TRIGGER move_list_not_removed BEFORE DELETE ON move_list
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:move_list_not_removed'); END
--;
CREATE TRIGGER move_item_not_removed BEFORE DELETE ON move_item
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:move_item_not_removed'); END
--;
CREATE TRIGGER project_donor_not_removed BEFORE DELETE ON project_donor
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:project_donor_not_removed'); END
--;
CREATE TRIGGER project_sample_not_removed BEFORE DELETE ON project_sample
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:project_sample_not_removed'); END
--;
CREATE TRIGGER data_release_not_removed BEFORE DELETE ON data_release
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:data_release_not_removed'); END
--;
CREATE TRIGGER released_sample_not_removed BEFORE DELETE ON released_sample
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:released_sample_not_removed'); END
--;
CREATE TRIGGER shipment_not_removed BEFORE DELETE ON shipment
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:shipment_not_removed'); END
--;
CREATE TRIGGER shipment_item_not_removed BEFORE DELETE ON shipment_item
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:shipment_item_not_removed'); END
--;
CREATE TRIGGER authorisation_not_removed BEFORE DELETE ON authorisation
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:authorisation_not_removed'); END
--;
CREATE TRIGGER withdrawal_not_removed BEFORE DELETE ON withdrawal
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:withdrawal_not_removed'); END
--;
CREATE TRIGGER notice_not_removed BEFORE DELETE ON notice
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:notice_not_removed'); END
--;
CREATE TRIGGER notice_sample_not_removed BEFORE DELETE ON notice_sample
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:notice_sample_not_removed'); END
--;
CREATE TRIGGER returned_result_not_removed BEFORE DELETE ON returned_result
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:returned_result_not_removed'); END
--;
CREATE TRIGGER result_sample_not_removed BEFORE DELETE ON result_sample
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:result_sample_not_removed'); END
--;
CREATE TRIGGER print_job_not_removed BEFORE DELETE ON print_job
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:print_job_not_removed'); END
--;
CREATE TRIGGER printed_label_not_removed BEFORE DELETE ON printed_label
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:printed_label_not_removed'); END
--;
CREATE TRIGGER visit_template_not_removed BEFORE DELETE ON visit_template
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:visit_template_not_removed'); END
--;
CREATE TRIGGER serial_not_removed BEFORE DELETE ON serial
WHEN 1 = 1
BEGIN SELECT RAISE(ABORT, 'guard:serial_not_removed'); END
--;
CREATE TRIGGER ledger_entry_in_order BEFORE INSERT ON ledger_entry
WHEN NEW.number <> 1 + (SELECT coalesce(max(number), 0) FROM ledger_entry)
BEGIN SELECT RAISE(ABORT, 'guard:ledger_entry_in_order'); END
--;
CREATE TRIGGER organisation_code_kept BEFORE UPDATE OF "code" ON organisation
WHEN NEW.code <> OLD.code
BEGIN SELECT RAISE(ABORT, 'guard:organisation_code_kept'); END
--;
CREATE TRIGGER donor_code_kept BEFORE UPDATE OF "code" ON donor
WHEN NEW.code <> OLD.code
BEGIN SELECT RAISE(ABORT, 'guard:donor_code_kept'); END
--;
CREATE TRIGGER sample_code_kept BEFORE UPDATE OF "code" ON sample
WHEN NEW.code <> OLD.code
BEGIN SELECT RAISE(ABORT, 'guard:sample_code_kept'); END
--;
CREATE TRIGGER project_code_kept BEFORE UPDATE OF "code" ON project
WHEN NEW.code <> OLD.code
BEGIN SELECT RAISE(ABORT, 'guard:project_code_kept'); END
--;
CREATE TRIGGER request_code_kept BEFORE UPDATE OF "code" ON request
WHEN NEW.code <> OLD.code
BEGIN SELECT RAISE(ABORT, 'guard:request_code_kept'); END
--;
CREATE TRIGGER shipment_code_kept BEFORE UPDATE OF "code" ON shipment
WHEN NEW.code <> OLD.code
BEGIN SELECT RAISE(ABORT, 'guard:shipment_code_kept'); END
--;
CREATE TRIGGER pick_list_code_kept BEFORE UPDATE OF "code" ON pick_list
WHEN NEW.code <> OLD.code
BEGIN SELECT RAISE(ABORT, 'guard:pick_list_code_kept'); END
--;
CREATE TRIGGER move_list_code_kept BEFORE UPDATE OF "code" ON move_list
WHEN NEW.code <> OLD.code
BEGIN SELECT RAISE(ABORT, 'guard:move_list_code_kept'); END
--;
CREATE TRIGGER project_donor_code_kept BEFORE UPDATE OF "code" ON project_donor
WHEN NEW.code <> OLD.code
BEGIN SELECT RAISE(ABORT, 'guard:project_donor_code_kept'); END
--;
CREATE TRIGGER project_sample_code_kept BEFORE UPDATE OF "code" ON project_sample
WHEN NEW.code <> OLD.code
BEGIN SELECT RAISE(ABORT, 'guard:project_sample_code_kept'); END
--;
CREATE TRIGGER data_release_code_kept BEFORE UPDATE OF "code" ON data_release
WHEN NEW.code <> OLD.code
BEGIN SELECT RAISE(ABORT, 'guard:data_release_code_kept'); END
--;
CREATE TRIGGER serial_only_grows BEFORE UPDATE ON serial
WHEN NEW.next < OLD.next
BEGIN SELECT RAISE(ABORT, 'guard:serial_only_grows'); END
--;
CREATE TRIGGER sample_outside_grid_new BEFORE INSERT ON sample
WHEN NEW."row" IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM storage_unit u WHERE u.id = NEW.unit_id AND NEW."row" < u.rows AND NEW.col < u.columns)
BEGIN SELECT RAISE(ABORT, 'guard:sample_outside_grid_new'); END
--;
CREATE TRIGGER sample_outside_grid BEFORE UPDATE OF "unit_id", "row", "col" ON sample
WHEN NEW."row" IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM storage_unit u WHERE u.id = NEW.unit_id AND NEW."row" < u.rows AND NEW.col < u.columns)
BEGIN SELECT RAISE(ABORT, 'guard:sample_outside_grid'); END
--;
CREATE TRIGGER sample_ended BEFORE UPDATE OF "status" ON sample
WHEN OLD.status IN ('consumed', 'destroyed', 'rejected') AND NEW.status <> OLD.status
BEGIN SELECT RAISE(ABORT, 'guard:sample_ended'); END
--;
CREATE TRIGGER sample_held BEFORE UPDATE OF "status" ON sample
WHEN NEW.holds > 0 AND NEW.status <> OLD.status AND NEW.status IN ('reserved', 'in_transit', 'consumed')
BEGIN SELECT RAISE(ABORT, 'guard:sample_held'); END
--;
CREATE TRIGGER sample_held_drawn BEFORE UPDATE OF "amount" ON sample
WHEN NEW.holds > 0 AND NEW.amount < OLD.amount AND NEW.status <> 'destroyed'
BEGIN SELECT RAISE(ABORT, 'guard:sample_held_drawn'); END
--;
CREATE TRIGGER reservation_of_unusable BEFORE INSERT ON reservation
WHEN NEW.state = 'active' AND EXISTS (SELECT 1 FROM sample s WHERE s.id = NEW.sample_id AND (s.holds > 0 OR s.status NOT IN ('available', 'reserved')))
BEGIN SELECT RAISE(ABORT, 'guard:reservation_of_unusable'); END
--;
CREATE TRIGGER reservation_without_consent BEFORE INSERT ON reservation
WHEN NEW.state = 'active' AND EXISTS (SELECT 1 FROM sample s WHERE s.id = NEW.sample_id AND s.profile_id IS NULL)
BEGIN SELECT RAISE(ABORT, 'guard:reservation_without_consent'); END
--;
CREATE TRIGGER reservation_of_held BEFORE UPDATE OF "state" ON reservation
WHEN NEW.state IN ('active', 'picked') AND NEW.state <> OLD.state AND EXISTS (SELECT 1 FROM sample s WHERE s.id = NEW.sample_id AND s.holds > 0)
BEGIN SELECT RAISE(ABORT, 'guard:reservation_of_held'); END
--;
CREATE TRIGGER reservation_moved BEFORE UPDATE OF "sample_id", "request_id", "line_id" ON reservation
WHEN NEW.sample_id <> OLD.sample_id OR NEW.request_id <> OLD.request_id OR NEW.line_id <> OLD.line_id
BEGIN SELECT RAISE(ABORT, 'guard:reservation_moved'); END
--;
CREATE TRIGGER score_of_own BEFORE INSERT ON score
WHEN NEW.points IS NOT NULL AND (EXISTS (SELECT 1 FROM project p WHERE p.id = NEW.project_id AND p.lead_id = NEW.person_id) OR EXISTS (SELECT 1 FROM project_member m WHERE m.project_id = NEW.project_id AND m.person_id = NEW.person_id AND m."left" IS NULL))
BEGIN SELECT RAISE(ABORT, 'guard:score_of_own'); END
--;
CREATE TRIGGER score_of_own_again BEFORE UPDATE ON score
WHEN NEW.points IS NOT NULL AND (EXISTS (SELECT 1 FROM project p WHERE p.id = NEW.project_id AND p.lead_id = NEW.person_id) OR EXISTS (SELECT 1 FROM project_member m WHERE m.project_id = NEW.project_id AND m.person_id = NEW.person_id AND m."left" IS NULL))
BEGIN SELECT RAISE(ABORT, 'guard:score_of_own_again'); END
--;
CREATE TRIGGER reservation_ended BEFORE UPDATE OF "state" ON reservation
WHEN OLD.state IN ('released', 'expired') AND NEW.state <> OLD.state
BEGIN SELECT RAISE(ABORT, 'guard:reservation_ended'); END
--;
CREATE TRIGGER shipment_item_held BEFORE INSERT ON shipment_item
WHEN NEW.state = 'packed' AND EXISTS (SELECT 1 FROM sample s WHERE s.id = NEW.sample_id AND s.holds > 0)
BEGIN SELECT RAISE(ABORT, 'guard:shipment_item_held'); END
--;
CREATE TRIGGER shipment_of_held BEFORE UPDATE OF "state" ON shipment
WHEN NEW.state = 'dispatched' AND OLD.state <> 'dispatched' AND EXISTS (SELECT 1 FROM shipment_item i JOIN sample s ON s.id = i.sample_id WHERE i.shipment_id = NEW.id AND i.state = 'packed' AND s.holds > 0)
BEGIN SELECT RAISE(ABORT, 'guard:shipment_of_held'); END
--;
CREATE TRIGGER shipment_without_agreement BEFORE UPDATE OF "state" ON shipment
WHEN NEW.state = 'dispatched' AND OLD.state <> 'dispatched' AND EXISTS (SELECT 1 FROM shipment_item i JOIN sample s ON s.id = i.sample_id WHERE i.shipment_id = NEW.id AND i.state = 'packed' AND s.custodian_id <> NEW.recipient_id) AND NOT EXISTS (SELECT 1 FROM agreement a JOIN request r ON r.project_id = a.project_id WHERE r.id = NEW.request_id AND a.organisation_id = NEW.recipient_id AND a.ended IS NULL AND substr(a.signed, 1, 10) <= substr(NEW.dispatched, 1, 10) AND (a.expires IS NULL OR a.expires >= substr(NEW.dispatched, 1, 10)))
BEGIN SELECT RAISE(ABORT, 'guard:shipment_without_agreement'); END
--;
CREATE TRIGGER shipment_without_authorisation BEFORE UPDATE OF "state" ON shipment
WHEN NEW.state = 'dispatched' AND OLD.state <> 'dispatched' AND EXISTS (SELECT 1 FROM shipment_item i JOIN sample s ON s.id = i.sample_id JOIN organisation c ON c.id = s.custodian_id JOIN organisation o ON o.id = NEW.recipient_id WHERE i.shipment_id = NEW.id AND i.state = 'packed' AND c.id <> o.id AND (o.country IS NULL OR c.country IS NULL OR c.country <> o.country)) AND NOT EXISTS (SELECT 1 FROM project p JOIN request r ON r.project_id = p.id WHERE r.id = NEW.request_id AND p.export_authorisation IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'guard:shipment_without_authorisation'); END
--;
CREATE TRIGGER unit_below_contents BEFORE UPDATE OF "rows", "columns" ON storage_unit
WHEN EXISTS (SELECT 1 FROM sample s WHERE s.unit_id = NEW.id AND s."row" IS NOT NULL AND (NEW.rows IS NULL OR s."row" >= NEW.rows OR s.col >= NEW.columns))
BEGIN SELECT RAISE(ABORT, 'guard:unit_below_contents'); END
--;
CREATE TRIGGER unit_inside_itself BEFORE UPDATE OF "parent_id" ON storage_unit
WHEN NEW.parent_id IS NOT NULL AND (NEW.parent_id = NEW.id OR EXISTS (SELECT 1 FROM storage_unit p WHERE p.id = NEW.parent_id AND substr(p.path, 1, length(OLD.path)) = OLD.path))
BEGIN SELECT RAISE(ABORT, 'guard:unit_inside_itself'); END
--;
