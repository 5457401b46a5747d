CREATE TABLE consent_form (
	id BIGINT NOT NULL,
	code TEXT COLLATE "C" NOT NULL,
	version TEXT COLLATE "C" NOT NULL,
	language TEXT COLLATE "C" NOT NULL,
	title TEXT COLLATE "C" NOT NULL,
	basis TEXT COLLATE "C" NOT NULL,
	valid_from TEXT COLLATE "C",
	valid_to TEXT COLLATE "C",
	digest TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT basis_known CHECK (basis = 'consent' OR basis = 'non_opposition' OR basis = 'derogation'),
	CONSTRAINT consent_form_version UNIQUE (code, version, language)
)
--;
CREATE TABLE consent_profile (
	id BIGINT NOT NULL,
	digest TEXT COLLATE "C" NOT NULL,
	answers TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (digest)
)
--;
CREATE TABLE external_identifier (
	id BIGINT NOT NULL,
	noun TEXT COLLATE "C" NOT NULL,
	target_id BIGINT NOT NULL,
	system TEXT COLLATE "C" NOT NULL,
	value TEXT COLLATE "C" NOT NULL,
	folded TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT external_identifier_once UNIQUE (noun, system, folded)
)
--;
CREATE INDEX external_identifier_folded ON external_identifier (folded)
--;
CREATE INDEX external_identifier_target ON external_identifier (noun, target_id)
--;
CREATE TABLE ledger_record (
	entry BIGINT NOT NULL,
	seq BIGINT NOT NULL,
	noun TEXT COLLATE "C" NOT NULL,
	target_id BIGINT NOT NULL,
	change TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (entry, seq)
)
--;
CREATE INDEX ledger_record_target ON ledger_record (noun, target_id)
--;
CREATE TABLE organisation (
	id BIGINT NOT NULL,
	code TEXT COLLATE "C" NOT NULL,
	name TEXT COLLATE "C" NOT NULL,
	kind TEXT COLLATE "C" NOT NULL,
	commercial BIGINT NOT NULL,
	country TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT kind_known CHECK (kind = 'hospital' OR kind = 'university' OR kind = 'company' OR kind = 'agency' OR kind = 'foundation'),
	CONSTRAINT commercial_flag CHECK (commercial IN (0, 1)),
	UNIQUE (code)
)
--;
CREATE TABLE proposal_call (
	id BIGINT NOT NULL,
	year BIGINT NOT NULL,
	opens TEXT COLLATE "C",
	closes TEXT COLLATE "C",
	target BIGINT,
	criteria TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT opens_before_closes CHECK (closes IS NULL OR opens IS NULL OR opens <= closes),
	UNIQUE (year)
)
--;
CREATE TABLE sample_tally (
	material TEXT COLLATE "C" NOT NULL,
	status TEXT COLLATE "C" NOT NULL,
	kind TEXT COLLATE "C" NOT NULL,
	diagnosis TEXT COLLATE "C" NOT NULL,
	custodian_id BIGINT NOT NULL,
	n BIGINT NOT NULL,
	PRIMARY KEY (material, status, kind, diagnosis, custodian_id),
	CONSTRAINT n_not_negative CHECK (n >= 0)
)
--;
CREATE INDEX sample_tally_diagnosis ON sample_tally (diagnosis, custodian_id, n)
--;
CREATE TABLE serial (
	noun TEXT COLLATE "C" NOT NULL,
	prefix TEXT COLLATE "C" NOT NULL,
	next BIGINT NOT NULL,
	PRIMARY KEY (noun),
	CONSTRAINT next_positive CHECK (next > 0)
)
--;
CREATE TABLE setting (
	name TEXT COLLATE "C" NOT NULL,
	value TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (name)
)
--;
CREATE TABLE study (
	id BIGINT NOT NULL,
	code TEXT COLLATE "C" NOT NULL,
	title TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (code)
)
--;
CREATE TABLE usable_tally (
	material TEXT COLLATE "C" NOT NULL,
	diagnosis TEXT COLLATE "C" NOT NULL,
	profile_id BIGINT NOT NULL,
	n BIGINT NOT NULL,
	PRIMARY KEY (material, diagnosis, profile_id),
	CONSTRAINT n_not_negative CHECK (n >= 0)
)
--;
CREATE TABLE visit_template (
	id BIGINT NOT NULL,
	name TEXT COLLATE "C" NOT NULL,
	title TEXT COLLATE "C" NOT NULL,
	written TEXT COLLATE "C" NOT NULL,
	retired TEXT COLLATE "C",
	PRIMARY KEY (id),
	UNIQUE (name)
)
--;
CREATE TABLE authorisation (
	id BIGINT NOT NULL,
	organisation_id BIGINT NOT NULL,
	kind TEXT COLLATE "C" NOT NULL,
	reference TEXT COLLATE "C" NOT NULL,
	authority TEXT COLLATE "C",
	scope TEXT COLLATE "C" NOT NULL,
	issued TEXT COLLATE "C" NOT NULL,
	expires TEXT COLLATE "C",
	countries TEXT COLLATE "C",
	document TEXT COLLATE "C",
	ended TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT kind_known CHECK (kind = 'declaration' OR kind = 'authorisation' OR kind = 'export'),
	FOREIGN KEY(organisation_id) REFERENCES organisation (id)
)
--;
CREATE INDEX authorisation_organisation ON authorisation (organisation_id)
--;
CREATE TABLE donor (
	sex TEXT COLLATE "C" NOT NULL,
	birth_year BIGINT,
	birth_month BIGINT,
	country TEXT COLLATE "C",
	note TEXT COLLATE "C",
	id BIGINT NOT NULL,
	code TEXT COLLATE "C" NOT NULL,
	custodian_id BIGINT NOT NULL,
	state TEXT COLLATE "C" NOT NULL,
	link_token TEXT COLLATE "C",
	profile_id BIGINT,
	diagnosis TEXT COLLATE "C",
	study TEXT COLLATE "C",
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
--;
CREATE TABLE form_permission (
	id BIGINT NOT NULL,
	form_id BIGINT NOT NULL,
	permission TEXT COLLATE "C" NOT NULL,
	parameter TEXT COLLATE "C",
	wording TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT form_permission_once UNIQUE (form_id, permission),
	FOREIGN KEY(form_id) REFERENCES consent_form (id)
)
--;
CREATE TABLE person (
	id BIGINT NOT NULL,
	login TEXT COLLATE "C" NOT NULL,
	name TEXT COLLATE "C" NOT NULL,
	organisation_id BIGINT,
	password TEXT COLLATE "C",
	active BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (login),
	FOREIGN KEY(organisation_id) REFERENCES organisation (id)
)
--;
CREATE TABLE consent (
	id BIGINT NOT NULL,
	donor_id BIGINT NOT NULL,
	form_id BIGINT NOT NULL,
	profile_id BIGINT NOT NULL,
	given TEXT COLLATE "C" NOT NULL,
	expressed_by TEXT COLLATE "C" NOT NULL,
	expires TEXT COLLATE "C",
	withdrawn TEXT COLLATE "C",
	state TEXT COLLATE "C" NOT NULL,
	document TEXT COLLATE "C",
	source TEXT COLLATE "C",
	revision BIGINT NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT state_known CHECK (state = 'active' OR state = 'withdrawn' OR state = 'expired' OR state = 'superseded'),
	CONSTRAINT expressed_by_known CHECK (expressed_by = 'donor' OR expressed_by = 'guardian' OR expressed_by = 'next_of_kin' OR expressed_by = 'authority'),
	FOREIGN KEY(donor_id) REFERENCES donor (id),
	FOREIGN KEY(form_id) REFERENCES consent_form (id),
	FOREIGN KEY(profile_id) REFERENCES consent_profile (id)
)
--;
CREATE INDEX consent_donor ON consent (donor_id)
--;
CREATE INDEX consent_expiry ON consent (state, expires)
--;
CREATE INDEX consent_guardian ON consent (donor_id) WHERE state = 'active' AND expressed_by = 'guardian'
--;
CREATE TABLE diagnosis (
	id BIGINT NOT NULL,
	donor_id BIGINT NOT NULL,
	system TEXT COLLATE "C" NOT NULL,
	code TEXT COLLATE "C" NOT NULL,
	morphology TEXT COLLATE "C",
	date TEXT COLLATE "C",
	age DOUBLE PRECISION,
	stage TEXT COLLATE "C",
	tnm TEXT COLLATE "C",
	tnm_edition TEXT COLLATE "C",
	PRIMARY KEY (id),
	FOREIGN KEY(donor_id) REFERENCES donor (id)
)
--;
CREATE INDEX diagnosis_donor ON diagnosis (donor_id)
--;
CREATE TABLE enrolment (
	id BIGINT NOT NULL,
	donor_id BIGINT NOT NULL,
	study_id BIGINT NOT NULL,
	subject TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT enrolment_once UNIQUE (donor_id, study_id),
	FOREIGN KEY(donor_id) REFERENCES donor (id),
	FOREIGN KEY(study_id) REFERENCES study (id)
)
--;
CREATE TABLE hold (
	id BIGINT NOT NULL,
	kind TEXT COLLATE "C" NOT NULL,
	noun TEXT COLLATE "C" NOT NULL,
	target_id BIGINT NOT NULL,
	reason TEXT COLLATE "C" NOT NULL,
	person_id BIGINT NOT NULL,
	laid TEXT COLLATE "C" NOT NULL,
	released TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT kind_known CHECK (kind = 'quality' OR kind = 'consent' OR kind = 'legal' OR kind = 'dispute'),
	FOREIGN KEY(person_id) REFERENCES person (id)
)
--;
CREATE INDEX hold_target ON hold (noun, target_id)
--;
CREATE TABLE ledger_entry (
	number BIGINT NOT NULL,
	at TEXT COLLATE "C" NOT NULL,
	actor_id BIGINT,
	actor TEXT COLLATE "C" NOT NULL,
	role TEXT COLLATE "C" NOT NULL,
	workstation TEXT COLLATE "C" NOT NULL,
	verb TEXT COLLATE "C" NOT NULL,
	reason TEXT COLLATE "C",
	subject TEXT COLLATE "C",
	facts TEXT COLLATE "C" NOT NULL,
	key TEXT COLLATE "C",
	count BIGINT NOT NULL,
	digest TEXT COLLATE "C" NOT NULL,
	previous TEXT COLLATE "C" NOT NULL,
	hash TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (number),
	FOREIGN KEY(actor_id) REFERENCES person (id)
)
--;
CREATE INDEX ledger_entry_actor ON ledger_entry (actor_id, number)
--;
CREATE UNIQUE INDEX ledger_entry_key ON ledger_entry (key)
--;
CREATE TABLE print_job (
	id BIGINT NOT NULL,
	stock TEXT COLLATE "C" NOT NULL,
	target TEXT COLLATE "C" NOT NULL,
	layout TEXT COLLATE "C",
	copies BIGINT NOT NULL,
	dpi BIGINT NOT NULL,
	labels BIGINT NOT NULL,
	made TEXT COLLATE "C" NOT NULL,
	person_id BIGINT,
	reason TEXT COLLATE "C",
	state TEXT COLLATE "C" NOT NULL,
	run BIGINT NOT NULL,
	seen TEXT COLLATE "C",
	said TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT state_known CHECK (state = 'waiting' OR state = 'printing' OR state = 'stopped' OR state = 'done' OR state = 'cancelled'),
	CONSTRAINT labels_positive CHECK (copies > 0 AND labels > 0),
	FOREIGN KEY(person_id) REFERENCES person (id)
)
--;
CREATE INDEX print_job_open ON print_job (id) WHERE state <> 'done' AND state <> 'cancelled'
--;
CREATE TABLE project (
	id BIGINT NOT NULL,
	code TEXT COLLATE "C" NOT NULL,
	title TEXT COLLATE "C" NOT NULL,
	summary TEXT COLLATE "C",
	lead_id BIGINT NOT NULL,
	organisation_id BIGINT NOT NULL,
	purpose TEXT COLLATE "C",
	ethics_reference TEXT COLLATE "C",
	ethics_expires TEXT COLLATE "C",
	export_authorisation TEXT COLLATE "C",
	quota BIGINT,
	year BIGINT NOT NULL,
	state TEXT COLLATE "C" NOT NULL,
	decided TEXT COLLATE "C",
	grounds TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT state_known CHECK (state = 'proposed' OR state = 'scored' OR state = 'selected' OR state = 'declined' OR state = 'active' OR state = 'suspended' OR state = 'closed'),
	UNIQUE (code),
	FOREIGN KEY(lead_id) REFERENCES person (id),
	FOREIGN KEY(organisation_id) REFERENCES organisation (id)
)
--;
CREATE TABLE agreement (
	id BIGINT NOT NULL,
	project_id BIGINT NOT NULL,
	organisation_id BIGINT NOT NULL,
	reference TEXT COLLATE "C" NOT NULL,
	signed TEXT COLLATE "C",
	expires TEXT COLLATE "C",
	document TEXT COLLATE "C",
	ended TEXT COLLATE "C",
	PRIMARY KEY (id),
	FOREIGN KEY(project_id) REFERENCES project (id),
	FOREIGN KEY(organisation_id) REFERENCES organisation (id)
)
--;
CREATE INDEX agreement_project ON agreement (project_id)
--;
CREATE TABLE data_release (
	id BIGINT NOT NULL,
	code TEXT COLLATE "C" NOT NULL,
	project_id BIGINT NOT NULL,
	person_id BIGINT NOT NULL,
	made TEXT COLLATE "C" NOT NULL,
	file TEXT COLLATE "C" NOT NULL,
	digest TEXT COLLATE "C" NOT NULL,
	columns TEXT COLLATE "C" NOT NULL,
	quasi TEXT COLLATE "C" NOT NULL,
	k BIGINT NOT NULL,
	samples BIGINT NOT NULL,
	donors BIGINT NOT NULL,
	withheld BIGINT NOT NULL,
	obligations TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT k_positive CHECK (k > 0),
	UNIQUE (code),
	FOREIGN KEY(project_id) REFERENCES project (id),
	FOREIGN KEY(person_id) REFERENCES person (id)
)
--;
CREATE INDEX data_release_project ON data_release (project_id)
--;
CREATE TABLE notice (
	id BIGINT NOT NULL,
	project_id BIGINT NOT NULL,
	cause TEXT COLLATE "C" NOT NULL,
	made TEXT COLLATE "C" NOT NULL,
	entry BIGINT NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT cause_known CHECK (cause = 'withdrawal' OR cause = 'consent' OR cause = 'expiry' OR cause = 'majority' OR cause = 'team' OR cause = 'purpose' OR cause = 'import'),
	FOREIGN KEY(project_id) REFERENCES project (id)
)
--;
CREATE INDEX notice_project ON notice (project_id)
--;
CREATE TABLE printed_label (
	id BIGINT NOT NULL,
	job_id BIGINT NOT NULL,
	place BIGINT NOT NULL,
	code TEXT COLLATE "C" NOT NULL,
	state TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT state_known CHECK (state = 'waiting' OR state = 'sent' OR state = 'printed' OR state = 'doubtful' OR state = 'refused' OR state = 'cancelled'),
	CONSTRAINT printed_label_place UNIQUE (job_id, place),
	FOREIGN KEY(job_id) REFERENCES print_job (id)
)
--;
CREATE INDEX printed_label_code ON printed_label (code)
--;
CREATE TABLE project_donor (
	id BIGINT NOT NULL,
	project_id BIGINT NOT NULL,
	donor_id BIGINT NOT NULL,
	code TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT project_donor_once UNIQUE (project_id, donor_id),
	FOREIGN KEY(project_id) REFERENCES project (id),
	FOREIGN KEY(donor_id) REFERENCES donor (id),
	UNIQUE (code)
)
--;
CREATE TABLE project_member (
	id BIGINT NOT NULL,
	project_id BIGINT NOT NULL,
	person_id BIGINT,
	organisation_id BIGINT,
	"left" TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT person_or_organisation CHECK ((person_id IS NULL) <> (organisation_id IS NULL)),
	FOREIGN KEY(project_id) REFERENCES project (id),
	FOREIGN KEY(person_id) REFERENCES person (id),
	FOREIGN KEY(organisation_id) REFERENCES organisation (id)
)
--;
CREATE INDEX project_member_project ON project_member (project_id)
--;
CREATE TABLE request (
	id BIGINT NOT NULL,
	code TEXT COLLATE "C" NOT NULL,
	project_id BIGINT NOT NULL,
	title TEXT COLLATE "C" NOT NULL,
	state TEXT COLLATE "C" NOT NULL,
	turn TEXT COLLATE "C" NOT NULL,
	turn_since TEXT COLLATE "C" NOT NULL,
	created TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT state_known CHECK (state = 'draft' OR state = 'submitted' OR state = 'in_review' OR state = 'changes_requested' OR state = 'approved' OR state = 'rejected' OR state = 'in_fulfilment' OR state = 'fulfilled' OR state = 'closed_short' OR state = 'cancelled'),
	CONSTRAINT turn_known CHECK (turn = 'lead' OR turn = 'committee' OR turn = 'technician' OR turn = 'recipient' OR turn = 'nobody'),
	UNIQUE (code),
	FOREIGN KEY(project_id) REFERENCES project (id)
)
--;
CREATE INDEX request_project ON request (project_id)
--;
CREATE INDEX request_turn ON request (turn, turn_since)
--;
CREATE TABLE returned_result (
	id BIGINT NOT NULL,
	project_id BIGINT NOT NULL,
	title TEXT COLLATE "C" NOT NULL,
	file TEXT COLLATE "C" NOT NULL,
	digest TEXT COLLATE "C" NOT NULL,
	returned TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(project_id) REFERENCES project (id)
)
--;
CREATE INDEX returned_result_project ON returned_result (project_id)
--;
CREATE TABLE role_grant (
	id BIGINT NOT NULL,
	person_id BIGINT NOT NULL,
	role TEXT COLLATE "C" NOT NULL,
	organisation_id BIGINT,
	project_id BIGINT,
	revoked TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT role_known CHECK (role = 'technician' OR role = 'project_lead' OR role = 'committee' OR role = 'manager' OR role = 'auditor' OR role = 'administrator'),
	CONSTRAINT one_scope CHECK (organisation_id IS NULL OR project_id IS NULL),
	FOREIGN KEY(person_id) REFERENCES person (id),
	FOREIGN KEY(organisation_id) REFERENCES organisation (id),
	FOREIGN KEY(project_id) REFERENCES project (id)
)
--;
CREATE INDEX role_grant_person ON role_grant (person_id)
--;
CREATE TABLE score (
	id BIGINT NOT NULL,
	project_id BIGINT NOT NULL,
	person_id BIGINT NOT NULL,
	points DOUBLE PRECISION,
	marks TEXT COLLATE "C",
	conflict TEXT COLLATE "C",
	comment TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT score_once UNIQUE (project_id, person_id),
	CONSTRAINT points_range CHECK (points IS NULL OR points BETWEEN 0 AND 10),
	FOREIGN KEY(project_id) REFERENCES project (id),
	FOREIGN KEY(person_id) REFERENCES person (id)
)
--;
CREATE TABLE storage_unit (
	id BIGINT NOT NULL,
	code TEXT COLLATE "C" NOT NULL,
	name TEXT COLLATE "C" NOT NULL,
	kind TEXT COLLATE "C" NOT NULL,
	parent_id BIGINT,
	path TEXT COLLATE "C" NOT NULL,
	rows BIGINT,
	columns BIGINT,
	row_scheme TEXT COLLATE "C" NOT NULL,
	column_scheme TEXT COLLATE "C" NOT NULL,
	label_style TEXT COLLATE "C" NOT NULL,
	label_major TEXT COLLATE "C" NOT NULL,
	fill_order TEXT COLLATE "C",
	temperature TEXT COLLATE "C",
	materials TEXT COLLATE "C",
	organisation_id BIGINT,
	project_id BIGINT,
	capacity BIGINT,
	service TEXT COLLATE "C" NOT NULL,
	service_since TEXT COLLATE "C",
	places BIGINT NOT NULL,
	tubes BIGINT NOT NULL,
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
--;
CREATE INDEX storage_unit_parent ON storage_unit (parent_id)
--;
CREATE UNIQUE INDEX storage_unit_path ON storage_unit (path)
--;
CREATE TABLE withdrawal (
	id BIGINT NOT NULL,
	donor_id BIGINT NOT NULL,
	made TEXT COLLATE "C" NOT NULL,
	outcome TEXT COLLATE "C" NOT NULL,
	pools TEXT COLLATE "C" NOT NULL,
	hold_id BIGINT NOT NULL,
	profile_id BIGINT,
	entry BIGINT NOT NULL,
	settled TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT outcome_known CHECK (outcome = 'destroy' OR outcome = 'return' OR outcome = 'anonymise'),
	CONSTRAINT pools_known CHECK (pools = 'hold' OR pools = 'destroy' OR pools = 'keep'),
	FOREIGN KEY(donor_id) REFERENCES donor (id),
	FOREIGN KEY(hold_id) REFERENCES hold (id),
	FOREIGN KEY(profile_id) REFERENCES consent_profile (id)
)
--;
CREATE INDEX withdrawal_donor ON withdrawal (donor_id)
--;
CREATE TABLE decision (
	id BIGINT NOT NULL,
	request_id BIGINT NOT NULL,
	person_id BIGINT NOT NULL,
	vote TEXT COLLATE "C" NOT NULL,
	reason TEXT COLLATE "C",
	decided TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT vote_known CHECK (vote = 'approve' OR vote = 'reject' OR vote = 'changes'),
	FOREIGN KEY(request_id) REFERENCES request (id),
	FOREIGN KEY(person_id) REFERENCES person (id)
)
--;
CREATE INDEX decision_request ON decision (request_id)
--;
CREATE TABLE message (
	id BIGINT NOT NULL,
	request_id BIGINT NOT NULL,
	person_id BIGINT NOT NULL,
	said TEXT COLLATE "C" NOT NULL,
	body TEXT COLLATE "C" NOT NULL,
	facts TEXT COLLATE "C",
	PRIMARY KEY (id),
	FOREIGN KEY(request_id) REFERENCES request (id),
	FOREIGN KEY(person_id) REFERENCES person (id)
)
--;
CREATE INDEX message_request ON message (request_id)
--;
CREATE TABLE move_list (
	id BIGINT NOT NULL,
	code TEXT COLLATE "C" NOT NULL,
	purpose TEXT COLLATE "C" NOT NULL,
	unit_id BIGINT,
	made TEXT COLLATE "C" NOT NULL,
	closed TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT purpose_known CHECK (purpose = 'freeing' OR purpose = 'evacuation'),
	UNIQUE (code),
	FOREIGN KEY(unit_id) REFERENCES storage_unit (id)
)
--;
CREATE INDEX move_list_open ON move_list (closed)
--;
CREATE TABLE pick_list (
	id BIGINT NOT NULL,
	code TEXT COLLATE "C" NOT NULL,
	request_id BIGINT NOT NULL,
	made TEXT COLLATE "C" NOT NULL,
	closed TEXT COLLATE "C",
	PRIMARY KEY (id),
	UNIQUE (code),
	FOREIGN KEY(request_id) REFERENCES request (id)
)
--;
CREATE INDEX pick_list_open ON pick_list (closed)
--;
CREATE TABLE request_line (
	id BIGINT NOT NULL,
	request_id BIGINT NOT NULL,
	place BIGINT NOT NULL,
	kind TEXT COLLATE "C" NOT NULL,
	criteria TEXT COLLATE "C",
	asked BIGINT NOT NULL,
	granted BIGINT,
	least BIGINT,
	least_unit TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT kind_known CHECK (kind = 'criteria' OR kind = 'samples'),
	CONSTRAINT asked_positive CHECK (asked > 0),
	CONSTRAINT granted_of_asked CHECK (granted IS NULL OR granted BETWEEN 0 AND asked),
	CONSTRAINT request_line_place UNIQUE (request_id, place),
	FOREIGN KEY(request_id) REFERENCES request (id)
)
--;
CREATE TABLE sample (
	material TEXT COLLATE "C" NOT NULL,
	topography TEXT COLLATE "C",
	diagnosis TEXT COLLATE "C",
	concentration DOUBLE PRECISION,
	concentration_unit TEXT COLLATE "C",
	collected TEXT COLLATE "C",
	received TEXT COLLATE "C",
	processed TEXT COLLATE "C",
	frozen TEXT COLLATE "C",
	note TEXT COLLATE "C",
	id BIGINT NOT NULL,
	code TEXT COLLATE "C" NOT NULL,
	barcode TEXT COLLATE "C",
	kind TEXT COLLATE "C" NOT NULL,
	donor_id BIGINT,
	parent_id BIGINT,
	custodian_id BIGINT NOT NULL,
	status TEXT COLLATE "C" NOT NULL,
	holds BIGINT NOT NULL,
	unit TEXT COLLATE "C",
	amount_initial BIGINT,
	amount BIGINT,
	thaws BIGINT NOT NULL,
	profile_id BIGINT,
	unit_id BIGINT,
	row BIGINT,
	col BIGINT,
	sprec TEXT COLLATE "C",
	relaxed TEXT COLLATE "C",
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
CREATE UNIQUE INDEX sample_position ON sample (unit_id, row, col) WHERE unit_id IS NOT NULL
--;
CREATE INDEX sample_unplaced ON sample (id) WHERE unit_id IS NULL AND status = 'available'
--;
CREATE INDEX sample_usable ON sample (material, diagnosis, profile_id, amount, unit) WHERE status = 'available' AND holds = 0
--;
CREATE TABLE shipment (
	id BIGINT NOT NULL,
	code TEXT COLLATE "C" NOT NULL,
	request_id BIGINT,
	recipient_id BIGINT NOT NULL,
	state TEXT COLLATE "C" NOT NULL,
	rows BIGINT NOT NULL,
	columns BIGINT NOT NULL,
	carrier TEXT COLLATE "C",
	tracking TEXT COLLATE "C",
	dry_ice DOUBLE PRECISION,
	temperature TEXT COLLATE "C",
	conditions TEXT COLLATE "C",
	created TEXT COLLATE "C" NOT NULL,
	dispatched TEXT COLLATE "C",
	received TEXT COLLATE "C",
	arrival TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT state_known CHECK (state = 'packing' OR state = 'dispatched' OR state = 'received' OR state = 'received_with_discrepancies' OR state = 'lost' OR state = 'closed'),
	CONSTRAINT grid_positive CHECK (rows > 0 AND columns > 0),
	CONSTRAINT dry_ice_not_negative CHECK (dry_ice IS NULL OR dry_ice >= 0),
	UNIQUE (code),
	FOREIGN KEY(request_id) REFERENCES request (id),
	FOREIGN KEY(recipient_id) REFERENCES organisation (id)
)
--;
CREATE INDEX shipment_state ON shipment (state)
--;
CREATE TABLE checkout (
	id BIGINT NOT NULL,
	sample_id BIGINT NOT NULL,
	person_id BIGINT NOT NULL,
	purpose TEXT COLLATE "C",
	taken TEXT COLLATE "C" NOT NULL,
	returned TEXT COLLATE "C",
	thawed BIGINT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(sample_id) REFERENCES sample (id),
	FOREIGN KEY(person_id) REFERENCES person (id)
)
--;
CREATE UNIQUE INDEX checkout_open ON checkout (sample_id) WHERE returned IS NULL
--;
CREATE TABLE hold_sample (
	id BIGINT NOT NULL,
	hold_id BIGINT NOT NULL,
	sample_id BIGINT NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT hold_sample_once UNIQUE (hold_id, sample_id),
	FOREIGN KEY(hold_id) REFERENCES hold (id),
	FOREIGN KEY(sample_id) REFERENCES sample (id)
)
--;
CREATE INDEX hold_sample_sample ON hold_sample (sample_id)
--;
CREATE TABLE move_item (
	id BIGINT NOT NULL,
	move_list_id BIGINT NOT NULL,
	place BIGINT NOT NULL,
	sample_id BIGINT,
	box_id BIGINT,
	target_id BIGINT NOT NULL,
	row BIGINT,
	col BIGINT,
	state TEXT COLLATE "C" NOT NULL,
	done TEXT COLLATE "C",
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
--;
CREATE INDEX move_item_sample ON move_item (sample_id) WHERE sample_id IS NOT NULL
--;
CREATE INDEX move_item_target ON move_item (target_id)
--;
CREATE TABLE notice_sample (
	id BIGINT NOT NULL,
	notice_id BIGINT NOT NULL,
	sample_id BIGINT NOT NULL,
	request_id BIGINT,
	affected TEXT COLLATE "C" NOT NULL,
	reason TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT affected_known CHECK (affected = 'reserved' OR affected = 'listed' OR affected = 'picked' OR affected = 'packed' OR affected = 'sent'),
	CONSTRAINT notice_sample_once UNIQUE (notice_id, sample_id),
	FOREIGN KEY(notice_id) REFERENCES notice (id),
	FOREIGN KEY(sample_id) REFERENCES sample (id),
	FOREIGN KEY(request_id) REFERENCES request (id)
)
--;
CREATE TABLE pool_member (
	id BIGINT NOT NULL,
	pool_id BIGINT NOT NULL,
	sample_id BIGINT NOT NULL,
	amount BIGINT,
	unit TEXT COLLATE "C",
	withdrawn TEXT COLLATE "C",
	kept_profile_id BIGINT,
	PRIMARY KEY (id),
	CONSTRAINT pool_member_once UNIQUE (pool_id, sample_id),
	FOREIGN KEY(pool_id) REFERENCES sample (id),
	FOREIGN KEY(sample_id) REFERENCES sample (id),
	FOREIGN KEY(kept_profile_id) REFERENCES consent_profile (id)
)
--;
CREATE INDEX pool_member_sample ON pool_member (sample_id)
--;
CREATE TABLE preanalytics (
	sample_id BIGINT NOT NULL,
	container TEXT COLLATE "C",
	pre_delay DOUBLE PRECISION,
	pre_temperature DOUBLE PRECISION,
	spin_minutes DOUBLE PRECISION,
	spin_rcf DOUBLE PRECISION,
	spin_temperature DOUBLE PRECISION,
	spin_brake BIGINT,
	second_minutes DOUBLE PRECISION,
	second_rcf DOUBLE PRECISION,
	second_temperature DOUBLE PRECISION,
	second_brake BIGINT,
	post_delay DOUBLE PRECISION,
	post_temperature DOUBLE PRECISION,
	storage TEXT COLLATE "C",
	fixation TEXT COLLATE "C",
	fixation_minutes DOUBLE PRECISION,
	warm_ischaemia DOUBLE PRECISION,
	cold_ischaemia DOUBLE PRECISION,
	PRIMARY KEY (sample_id),
	FOREIGN KEY(sample_id) REFERENCES sample (id)
)
--;
CREATE TABLE project_sample (
	id BIGINT NOT NULL,
	project_id BIGINT NOT NULL,
	sample_id BIGINT NOT NULL,
	code TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT project_sample_once UNIQUE (project_id, sample_id),
	FOREIGN KEY(project_id) REFERENCES project (id),
	FOREIGN KEY(sample_id) REFERENCES sample (id),
	UNIQUE (code)
)
--;
CREATE TABLE released_sample (
	id BIGINT NOT NULL,
	release_id BIGINT NOT NULL,
	sample_id BIGINT NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT released_sample_once UNIQUE (release_id, sample_id),
	FOREIGN KEY(release_id) REFERENCES data_release (id),
	FOREIGN KEY(sample_id) REFERENCES sample (id)
)
--;
CREATE INDEX released_sample_sample ON released_sample (sample_id)
--;
CREATE TABLE request_sample (
	id BIGINT NOT NULL,
	line_id BIGINT NOT NULL,
	sample_id BIGINT NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT request_sample_once UNIQUE (line_id, sample_id),
	FOREIGN KEY(line_id) REFERENCES request_line (id),
	FOREIGN KEY(sample_id) REFERENCES sample (id)
)
--;
CREATE TABLE reservation (
	id BIGINT NOT NULL,
	sample_id BIGINT NOT NULL,
	request_id BIGINT NOT NULL,
	line_id BIGINT NOT NULL,
	state TEXT COLLATE "C" NOT NULL,
	made TEXT COLLATE "C" NOT NULL,
	expires TEXT COLLATE "C",
	noticed TEXT COLLATE "C",
	ended TEXT COLLATE "C",
	why TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT state_known CHECK (state = 'active' OR state = 'picked' OR state = 'released' OR state = 'expired'),
	FOREIGN KEY(sample_id) REFERENCES sample (id),
	FOREIGN KEY(request_id) REFERENCES request (id),
	FOREIGN KEY(line_id) REFERENCES request_line (id)
)
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
	id BIGINT NOT NULL,
	result_id BIGINT NOT NULL,
	sample_id BIGINT NOT NULL,
	value TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT result_sample_once UNIQUE (result_id, sample_id),
	FOREIGN KEY(result_id) REFERENCES returned_result (id),
	FOREIGN KEY(sample_id) REFERENCES sample (id)
)
--;
CREATE INDEX result_sample_sample ON result_sample (sample_id)
--;
CREATE TABLE shipment_item (
	id BIGINT NOT NULL,
	shipment_id BIGINT NOT NULL,
	sample_id BIGINT,
	box BIGINT NOT NULL,
	row BIGINT,
	col BIGINT,
	state TEXT COLLATE "C" NOT NULL,
	note TEXT COLLATE "C",
	read TEXT COLLATE "C",
	returned TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT state_known CHECK (state = 'packed' OR state = 'unpacked' OR state = 'received' OR state = 'missing' OR state = 'damaged' OR state = 'extra'),
	CONSTRAINT item_is_a_sample CHECK (sample_id IS NOT NULL OR state = 'extra'),
	CONSTRAINT shipment_item_once UNIQUE (shipment_id, sample_id),
	FOREIGN KEY(shipment_id) REFERENCES shipment (id),
	FOREIGN KEY(sample_id) REFERENCES sample (id)
)
--;
CREATE UNIQUE INDEX shipment_item_hole ON shipment_item (shipment_id, box, row, col) WHERE state = 'packed'
--;
CREATE UNIQUE INDEX shipment_item_packed ON shipment_item (sample_id) WHERE state = 'packed'
--;
CREATE INDEX shipment_item_sample ON shipment_item (sample_id)
--;
CREATE TABLE waiting_line (
	id BIGINT NOT NULL,
	line_id BIGINT NOT NULL,
	since TEXT COLLATE "C" NOT NULL,
	ended TEXT COLLATE "C",
	why TEXT COLLATE "C",
	PRIMARY KEY (id),
	FOREIGN KEY(line_id) REFERENCES request_line (id)
)
--;
CREATE UNIQUE INDEX waiting_line_open ON waiting_line (line_id) WHERE ended IS NULL
--;
CREATE TABLE pick_item (
	id BIGINT NOT NULL,
	pick_list_id BIGINT NOT NULL,
	sample_id BIGINT NOT NULL,
	reservation_id BIGINT NOT NULL,
	place BIGINT NOT NULL,
	state TEXT COLLATE "C" NOT NULL,
	done TEXT COLLATE "C",
	note TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT state_known CHECK (state = 'to_pick' OR state = 'picked' OR state = 'missing' OR state = 'dropped'),
	CONSTRAINT pick_item_once UNIQUE (pick_list_id, sample_id),
	FOREIGN KEY(pick_list_id) REFERENCES pick_list (id),
	FOREIGN KEY(sample_id) REFERENCES sample (id),
	FOREIGN KEY(reservation_id) REFERENCES reservation (id)
)
--;
CREATE INDEX pick_item_sample ON pick_item (sample_id)
--;
CREATE FUNCTION ledger_entry_not_edited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:ledger_entry_not_edited' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER ledger_entry_not_edited BEFORE UPDATE ON ledger_entry
FOR EACH ROW EXECUTE FUNCTION ledger_entry_not_edited()
--;
CREATE FUNCTION ledger_record_not_edited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:ledger_record_not_edited' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER ledger_record_not_edited BEFORE UPDATE ON ledger_record
FOR EACH ROW EXECUTE FUNCTION ledger_record_not_edited()
--;
CREATE FUNCTION ledger_entry_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:ledger_entry_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER ledger_entry_not_removed BEFORE DELETE ON ledger_entry
FOR EACH ROW EXECUTE FUNCTION ledger_entry_not_removed()
--;
CREATE FUNCTION ledger_record_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:ledger_record_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER ledger_record_not_removed BEFORE DELETE ON ledger_record
FOR EACH ROW EXECUTE FUNCTION ledger_record_not_removed()
--;
CREATE FUNCTION setting_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:setting_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER setting_not_removed BEFORE DELETE ON setting
FOR EACH ROW EXECUTE FUNCTION setting_not_removed()
--;
CREATE FUNCTION organisation_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:organisation_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER organisation_not_removed BEFORE DELETE ON organisation
FOR EACH ROW EXECUTE FUNCTION organisation_not_removed()
--;
CREATE FUNCTION person_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:person_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER person_not_removed BEFORE DELETE ON person
FOR EACH ROW EXECUTE FUNCTION person_not_removed()
--;
CREATE FUNCTION role_grant_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:role_grant_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER role_grant_not_removed BEFORE DELETE ON role_grant
FOR EACH ROW EXECUTE FUNCTION role_grant_not_removed()
--;
CREATE FUNCTION donor_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:donor_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER donor_not_removed BEFORE DELETE ON donor
FOR EACH ROW EXECUTE FUNCTION donor_not_removed()
--;
CREATE FUNCTION diagnosis_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:diagnosis_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER diagnosis_not_removed BEFORE DELETE ON diagnosis
FOR EACH ROW EXECUTE FUNCTION diagnosis_not_removed()
--;
CREATE FUNCTION study_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:study_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER study_not_removed BEFORE DELETE ON study
FOR EACH ROW EXECUTE FUNCTION study_not_removed()
--;
CREATE FUNCTION enrolment_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:enrolment_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER enrolment_not_removed BEFORE DELETE ON enrolment
FOR EACH ROW EXECUTE FUNCTION enrolment_not_removed()
--;
CREATE FUNCTION external_identifier_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:external_identifier_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER external_identifier_not_removed BEFORE DELETE ON external_identifier
FOR EACH ROW EXECUTE FUNCTION external_identifier_not_removed()
--;
CREATE FUNCTION consent_form_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:consent_form_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER consent_form_not_removed BEFORE DELETE ON consent_form
FOR EACH ROW EXECUTE FUNCTION consent_form_not_removed()
--;
CREATE FUNCTION form_permission_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:form_permission_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER form_permission_not_removed BEFORE DELETE ON form_permission
FOR EACH ROW EXECUTE FUNCTION form_permission_not_removed()
--;
CREATE FUNCTION consent_profile_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:consent_profile_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER consent_profile_not_removed BEFORE DELETE ON consent_profile
FOR EACH ROW EXECUTE FUNCTION consent_profile_not_removed()
--;
CREATE FUNCTION consent_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:consent_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER consent_not_removed BEFORE DELETE ON consent
FOR EACH ROW EXECUTE FUNCTION consent_not_removed()
--;
CREATE FUNCTION storage_unit_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:storage_unit_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER storage_unit_not_removed BEFORE DELETE ON storage_unit
FOR EACH ROW EXECUTE FUNCTION storage_unit_not_removed()
--;
CREATE FUNCTION sample_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:sample_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER sample_not_removed BEFORE DELETE ON sample
FOR EACH ROW EXECUTE FUNCTION sample_not_removed()
--;
CREATE FUNCTION preanalytics_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:preanalytics_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER preanalytics_not_removed BEFORE DELETE ON preanalytics
FOR EACH ROW EXECUTE FUNCTION preanalytics_not_removed()
--;
CREATE FUNCTION pool_member_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:pool_member_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER pool_member_not_removed BEFORE DELETE ON pool_member
FOR EACH ROW EXECUTE FUNCTION pool_member_not_removed()
--;
CREATE FUNCTION hold_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:hold_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER hold_not_removed BEFORE DELETE ON hold
FOR EACH ROW EXECUTE FUNCTION hold_not_removed()
--;
CREATE FUNCTION hold_sample_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:hold_sample_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER hold_sample_not_removed BEFORE DELETE ON hold_sample
FOR EACH ROW EXECUTE FUNCTION hold_sample_not_removed()
--;
CREATE FUNCTION checkout_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:checkout_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER checkout_not_removed BEFORE DELETE ON checkout
FOR EACH ROW EXECUTE FUNCTION checkout_not_removed()
--;
CREATE FUNCTION project_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:project_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER project_not_removed BEFORE DELETE ON project
FOR EACH ROW EXECUTE FUNCTION project_not_removed()
--;
CREATE FUNCTION project_member_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:project_member_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER project_member_not_removed BEFORE DELETE ON project_member
FOR EACH ROW EXECUTE FUNCTION project_member_not_removed()
--;
CREATE FUNCTION agreement_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:agreement_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER agreement_not_removed BEFORE DELETE ON agreement
FOR EACH ROW EXECUTE FUNCTION agreement_not_removed()
--;
CREATE FUNCTION score_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:score_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER score_not_removed BEFORE DELETE ON score
FOR EACH ROW EXECUTE FUNCTION score_not_removed()
--;
CREATE FUNCTION proposal_call_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:proposal_call_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER proposal_call_not_removed BEFORE DELETE ON proposal_call
FOR EACH ROW EXECUTE FUNCTION proposal_call_not_removed()
--;
CREATE FUNCTION request_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:request_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER request_not_removed BEFORE DELETE ON request
FOR EACH ROW EXECUTE FUNCTION request_not_removed()
--;
CREATE FUNCTION request_line_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:request_line_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER request_line_not_removed BEFORE DELETE ON request_line
FOR EACH ROW EXECUTE FUNCTION request_line_not_removed()
--;
CREATE FUNCTION request_sample_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:request_sample_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER request_sample_not_removed BEFORE DELETE ON request_sample
FOR EACH ROW EXECUTE FUNCTION request_sample_not_removed()
--;
CREATE FUNCTION waiting_line_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:waiting_line_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER waiting_line_not_removed BEFORE DELETE ON waiting_line
FOR EACH ROW EXECUTE FUNCTION waiting_line_not_removed()
--;
CREATE FUNCTION decision_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:decision_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER decision_not_removed BEFORE DELETE ON decision
FOR EACH ROW EXECUTE FUNCTION decision_not_removed()
--;
CREATE FUNCTION message_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:message_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER message_not_removed BEFORE DELETE ON message
FOR EACH ROW EXECUTE FUNCTION message_not_removed()
--;
CREATE FUNCTION reservation_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:reservation_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER reservation_not_removed BEFORE DELETE ON reservation
FOR EACH ROW EXECUTE FUNCTION reservation_not_removed()
--;
CREATE FUNCTION pick_list_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:pick_list_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER pick_list_not_removed BEFORE DELETE ON pick_list
FOR EACH ROW EXECUTE FUNCTION pick_list_not_removed()
--;
CREATE FUNCTION pick_item_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:pick_item_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER pick_item_not_removed BEFORE DELETE ON pick_item
FOR EACH ROW EXECUTE FUNCTION pick_item_not_removed()
--;
CREATE FUNCTION move_list_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:move_list_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER move_list_not_removed BEFORE DELETE ON move_list
FOR EACH ROW EXECUTE FUNCTION move_list_not_removed()
--;
CREATE FUNCTION move_item_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:move_item_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER move_item_not_removed BEFORE DELETE ON move_item
FOR EACH ROW EXECUTE FUNCTION move_item_not_removed()
--;
CREATE FUNCTION project_donor_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:project_donor_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER project_donor_not_removed BEFORE DELETE ON project_donor
FOR EACH ROW EXECUTE FUNCTION project_donor_not_removed()
--;
CREATE FUNCTION project_sample_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:project_sample_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER project_sample_not_removed BEFORE DELETE ON project_sample
FOR EACH ROW EXECUTE FUNCTION project_sample_not_removed()
--;
CREATE FUNCTION data_release_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:data_release_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER data_release_not_removed BEFORE DELETE ON data_release
FOR EACH ROW EXECUTE FUNCTION data_release_not_removed()
--;
CREATE FUNCTION released_sample_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:released_sample_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER released_sample_not_removed BEFORE DELETE ON released_sample
FOR EACH ROW EXECUTE FUNCTION released_sample_not_removed()
--;
CREATE FUNCTION shipment_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:shipment_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER shipment_not_removed BEFORE DELETE ON shipment
FOR EACH ROW EXECUTE FUNCTION shipment_not_removed()
--;
CREATE FUNCTION shipment_item_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:shipment_item_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER shipment_item_not_removed BEFORE DELETE ON shipment_item
FOR EACH ROW EXECUTE FUNCTION shipment_item_not_removed()
--;
CREATE FUNCTION authorisation_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:authorisation_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER authorisation_not_removed BEFORE DELETE ON authorisation
FOR EACH ROW EXECUTE FUNCTION authorisation_not_removed()
--;
CREATE FUNCTION withdrawal_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:withdrawal_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER withdrawal_not_removed BEFORE DELETE ON withdrawal
FOR EACH ROW EXECUTE FUNCTION withdrawal_not_removed()
--;
CREATE FUNCTION notice_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:notice_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER notice_not_removed BEFORE DELETE ON notice
FOR EACH ROW EXECUTE FUNCTION notice_not_removed()
--;
CREATE FUNCTION notice_sample_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:notice_sample_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER notice_sample_not_removed BEFORE DELETE ON notice_sample
FOR EACH ROW EXECUTE FUNCTION notice_sample_not_removed()
--;
CREATE FUNCTION returned_result_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:returned_result_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER returned_result_not_removed BEFORE DELETE ON returned_result
FOR EACH ROW EXECUTE FUNCTION returned_result_not_removed()
--;
CREATE FUNCTION result_sample_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:result_sample_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER result_sample_not_removed BEFORE DELETE ON result_sample
FOR EACH ROW EXECUTE FUNCTION result_sample_not_removed()
--;
CREATE FUNCTION print_job_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:print_job_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER print_job_not_removed BEFORE DELETE ON print_job
FOR EACH ROW EXECUTE FUNCTION print_job_not_removed()
--;
CREATE FUNCTION printed_label_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:printed_label_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER printed_label_not_removed BEFORE DELETE ON printed_label
FOR EACH ROW EXECUTE FUNCTION printed_label_not_removed()
--;
CREATE FUNCTION visit_template_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:visit_template_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER visit_template_not_removed BEFORE DELETE ON visit_template
FOR EACH ROW EXECUTE FUNCTION visit_template_not_removed()
--;
CREATE FUNCTION serial_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:serial_not_removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER serial_not_removed BEFORE DELETE ON serial
FOR EACH ROW EXECUTE FUNCTION serial_not_removed()
--;
CREATE FUNCTION ledger_entry_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:ledger_entry_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER ledger_entry_not_emptied BEFORE TRUNCATE ON ledger_entry
FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_not_emptied()
--;
CREATE FUNCTION ledger_record_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:ledger_record_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER ledger_record_not_emptied BEFORE TRUNCATE ON ledger_record
FOR EACH STATEMENT EXECUTE FUNCTION ledger_record_not_emptied()
--;
CREATE FUNCTION setting_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:setting_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER setting_not_emptied BEFORE TRUNCATE ON setting
FOR EACH STATEMENT EXECUTE FUNCTION setting_not_emptied()
--;
CREATE FUNCTION organisation_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:organisation_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER organisation_not_emptied BEFORE TRUNCATE ON organisation
FOR EACH STATEMENT EXECUTE FUNCTION organisation_not_emptied()
--;
CREATE FUNCTION person_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:person_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER person_not_emptied BEFORE TRUNCATE ON person
FOR EACH STATEMENT EXECUTE FUNCTION person_not_emptied()
--;
CREATE FUNCTION role_grant_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:role_grant_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER role_grant_not_emptied BEFORE TRUNCATE ON role_grant
FOR EACH STATEMENT EXECUTE FUNCTION role_grant_not_emptied()
--;
CREATE FUNCTION donor_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:donor_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER donor_not_emptied BEFORE TRUNCATE ON donor
FOR EACH STATEMENT EXECUTE FUNCTION donor_not_emptied()
--;
CREATE FUNCTION diagnosis_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:diagnosis_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER diagnosis_not_emptied BEFORE TRUNCATE ON diagnosis
FOR EACH STATEMENT EXECUTE FUNCTION diagnosis_not_emptied()
--;
CREATE FUNCTION study_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:study_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER study_not_emptied BEFORE TRUNCATE ON study
FOR EACH STATEMENT EXECUTE FUNCTION study_not_emptied()
--;
CREATE FUNCTION enrolment_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:enrolment_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER enrolment_not_emptied BEFORE TRUNCATE ON enrolment
FOR EACH STATEMENT EXECUTE FUNCTION enrolment_not_emptied()
--;
CREATE FUNCTION external_identifier_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:external_identifier_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER external_identifier_not_emptied BEFORE TRUNCATE ON external_identifier
FOR EACH STATEMENT EXECUTE FUNCTION external_identifier_not_emptied()
--;
CREATE FUNCTION consent_form_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:consent_form_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER consent_form_not_emptied BEFORE TRUNCATE ON consent_form
FOR EACH STATEMENT EXECUTE FUNCTION consent_form_not_emptied()
--;
CREATE FUNCTION form_permission_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:form_permission_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER form_permission_not_emptied BEFORE TRUNCATE ON form_permission
FOR EACH STATEMENT EXECUTE FUNCTION form_permission_not_emptied()
--;
CREATE FUNCTION consent_profile_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:consent_profile_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER consent_profile_not_emptied BEFORE TRUNCATE ON consent_profile
FOR EACH STATEMENT EXECUTE FUNCTION consent_profile_not_emptied()
--;
CREATE FUNCTION consent_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:consent_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER consent_not_emptied BEFORE TRUNCATE ON consent
FOR EACH STATEMENT EXECUTE FUNCTION consent_not_emptied()
--;
CREATE FUNCTION storage_unit_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:storage_unit_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER storage_unit_not_emptied BEFORE TRUNCATE ON storage_unit
FOR EACH STATEMENT EXECUTE FUNCTION storage_unit_not_emptied()
--;
CREATE FUNCTION sample_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:sample_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER sample_not_emptied BEFORE TRUNCATE ON sample
FOR EACH STATEMENT EXECUTE FUNCTION sample_not_emptied()
--;
CREATE FUNCTION preanalytics_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:preanalytics_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER preanalytics_not_emptied BEFORE TRUNCATE ON preanalytics
FOR EACH STATEMENT EXECUTE FUNCTION preanalytics_not_emptied()
--;
CREATE FUNCTION pool_member_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:pool_member_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER pool_member_not_emptied BEFORE TRUNCATE ON pool_member
FOR EACH STATEMENT EXECUTE FUNCTION pool_member_not_emptied()
--;
CREATE FUNCTION hold_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:hold_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER hold_not_emptied BEFORE TRUNCATE ON hold
FOR EACH STATEMENT EXECUTE FUNCTION hold_not_emptied()
--;
CREATE FUNCTION hold_sample_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:hold_sample_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER hold_sample_not_emptied BEFORE TRUNCATE ON hold_sample
FOR EACH STATEMENT EXECUTE FUNCTION hold_sample_not_emptied()
--;
CREATE FUNCTION checkout_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:checkout_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER checkout_not_emptied BEFORE TRUNCATE ON checkout
FOR EACH STATEMENT EXECUTE FUNCTION checkout_not_emptied()
--;
CREATE FUNCTION project_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:project_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER project_not_emptied BEFORE TRUNCATE ON project
FOR EACH STATEMENT EXECUTE FUNCTION project_not_emptied()
--;
CREATE FUNCTION project_member_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:project_member_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER project_member_not_emptied BEFORE TRUNCATE ON project_member
FOR EACH STATEMENT EXECUTE FUNCTION project_member_not_emptied()
--;
CREATE FUNCTION agreement_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:agreement_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER agreement_not_emptied BEFORE TRUNCATE ON agreement
FOR EACH STATEMENT EXECUTE FUNCTION agreement_not_emptied()
--;
CREATE FUNCTION score_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:score_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER score_not_emptied BEFORE TRUNCATE ON score
FOR EACH STATEMENT EXECUTE FUNCTION score_not_emptied()
--;
CREATE FUNCTION proposal_call_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:proposal_call_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER proposal_call_not_emptied BEFORE TRUNCATE ON proposal_call
FOR EACH STATEMENT EXECUTE FUNCTION proposal_call_not_emptied()
--;
CREATE FUNCTION request_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:request_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER request_not_emptied BEFORE TRUNCATE ON request
FOR EACH STATEMENT EXECUTE FUNCTION request_not_emptied()
--;
CREATE FUNCTION request_line_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:request_line_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER request_line_not_emptied BEFORE TRUNCATE ON request_line
FOR EACH STATEMENT EXECUTE FUNCTION request_line_not_emptied()
--;
CREATE FUNCTION request_sample_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:request_sample_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER request_sample_not_emptied BEFORE TRUNCATE ON request_sample
FOR EACH STATEMENT EXECUTE FUNCTION request_sample_not_emptied()
--;
CREATE FUNCTION waiting_line_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:waiting_line_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER waiting_line_not_emptied BEFORE TRUNCATE ON waiting_line
FOR EACH STATEMENT EXECUTE FUNCTION waiting_line_not_emptied()
--;
CREATE FUNCTION decision_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:decision_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER decision_not_emptied BEFORE TRUNCATE ON decision
FOR EACH STATEMENT EXECUTE FUNCTION decision_not_emptied()
--;
CREATE FUNCTION message_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:message_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER message_not_emptied BEFORE TRUNCATE ON message
FOR EACH STATEMENT EXECUTE FUNCTION message_not_emptied()
--;
CREATE FUNCTION reservation_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:reservation_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER reservation_not_emptied BEFORE TRUNCATE ON reservation
FOR EACH STATEMENT EXECUTE FUNCTION reservation_not_emptied()
--;
CREATE FUNCTION pick_list_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:pick_list_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER pick_list_not_emptied BEFORE TRUNCATE ON pick_list
FOR EACH STATEMENT EXECUTE FUNCTION pick_list_not_emptied()
--;
CREATE FUNCTION pick_item_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:pick_item_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER pick_item_not_emptied BEFORE TRUNCATE ON pick_item
FOR EACH STATEMENT EXECUTE FUNCTION pick_item_not_emptied()
--;
CREATE FUNCTION move_list_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:move_list_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER move_list_not_emptied BEFORE TRUNCATE ON move_list
FOR EACH STATEMENT EXECUTE FUNCTION move_list_not_emptied()
--;
CREATE FUNCTION move_item_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:move_item_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER move_item_not_emptied BEFORE TRUNCATE ON move_item
FOR EACH STATEMENT EXECUTE FUNCTION move_item_not_emptied()
--;
CREATE FUNCTION project_donor_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:project_donor_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER project_donor_not_emptied BEFORE TRUNCATE ON project_donor
FOR EACH STATEMENT EXECUTE FUNCTION project_donor_not_emptied()
--;
CREATE FUNCTION project_sample_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:project_sample_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER project_sample_not_emptied BEFORE TRUNCATE ON project_sample
FOR EACH STATEMENT EXECUTE FUNCTION project_sample_not_emptied()
--;
CREATE FUNCTION data_release_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:data_release_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER data_release_not_emptied BEFORE TRUNCATE ON data_release
FOR EACH STATEMENT EXECUTE FUNCTION data_release_not_emptied()
--;
CREATE FUNCTION released_sample_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:released_sample_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER released_sample_not_emptied BEFORE TRUNCATE ON released_sample
FOR EACH STATEMENT EXECUTE FUNCTION released_sample_not_emptied()
--;
CREATE FUNCTION shipment_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:shipment_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER shipment_not_emptied BEFORE TRUNCATE ON shipment
FOR EACH STATEMENT EXECUTE FUNCTION shipment_not_emptied()
--;
CREATE FUNCTION shipment_item_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:shipment_item_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER shipment_item_not_emptied BEFORE TRUNCATE ON shipment_item
FOR EACH STATEMENT EXECUTE FUNCTION shipment_item_not_emptied()
--;
CREATE FUNCTION authorisation_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:authorisation_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER authorisation_not_emptied BEFORE TRUNCATE ON authorisation
FOR EACH STATEMENT EXECUTE FUNCTION authorisation_not_emptied()
--;
CREATE FUNCTION withdrawal_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:withdrawal_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER withdrawal_not_emptied BEFORE TRUNCATE ON withdrawal
FOR EACH STATEMENT EXECUTE FUNCTION withdrawal_not_emptied()
--;
CREATE FUNCTION notice_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:notice_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER notice_not_emptied BEFORE TRUNCATE ON notice
FOR EACH STATEMENT EXECUTE FUNCTION notice_not_emptied()
--;
CREATE FUNCTION notice_sample_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:notice_sample_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER notice_sample_not_emptied BEFORE TRUNCATE ON notice_sample
FOR EACH STATEMENT EXECUTE FUNCTION notice_sample_not_emptied()
--;
CREATE FUNCTION returned_result_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:returned_result_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER returned_result_not_emptied BEFORE TRUNCATE ON returned_result
FOR EACH STATEMENT EXECUTE FUNCTION returned_result_not_emptied()
--;
CREATE FUNCTION result_sample_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:result_sample_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER result_sample_not_emptied BEFORE TRUNCATE ON result_sample
FOR EACH STATEMENT EXECUTE FUNCTION result_sample_not_emptied()
--;
CREATE FUNCTION print_job_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:print_job_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER print_job_not_emptied BEFORE TRUNCATE ON print_job
FOR EACH STATEMENT EXECUTE FUNCTION print_job_not_emptied()
--;
CREATE FUNCTION printed_label_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:printed_label_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER printed_label_not_emptied BEFORE TRUNCATE ON printed_label
FOR EACH STATEMENT EXECUTE FUNCTION printed_label_not_emptied()
--;
CREATE FUNCTION visit_template_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:visit_template_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER visit_template_not_emptied BEFORE TRUNCATE ON visit_template
FOR EACH STATEMENT EXECUTE FUNCTION visit_template_not_emptied()
--;
CREATE FUNCTION serial_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION 'guard:serial_not_emptied' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER serial_not_emptied BEFORE TRUNCATE ON serial
FOR EACH STATEMENT EXECUTE FUNCTION serial_not_emptied()
--;
CREATE FUNCTION ledger_entry_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.number <> 1 + (SELECT coalesce(max(number), 0) FROM ledger_entry) THEN
    RAISE EXCEPTION 'guard:ledger_entry_in_order' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER ledger_entry_in_order BEFORE INSERT ON ledger_entry
FOR EACH ROW EXECUTE FUNCTION ledger_entry_in_order()
--;
CREATE FUNCTION organisation_code_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.code <> OLD.code THEN
    RAISE EXCEPTION 'guard:organisation_code_kept' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER organisation_code_kept BEFORE UPDATE OF "code" ON organisation
FOR EACH ROW EXECUTE FUNCTION organisation_code_kept()
--;
CREATE FUNCTION donor_code_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.code <> OLD.code THEN
    RAISE EXCEPTION 'guard:donor_code_kept' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER donor_code_kept BEFORE UPDATE OF "code" ON donor
FOR EACH ROW EXECUTE FUNCTION donor_code_kept()
--;
CREATE FUNCTION sample_code_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.code <> OLD.code THEN
    RAISE EXCEPTION 'guard:sample_code_kept' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER sample_code_kept BEFORE UPDATE OF "code" ON sample
FOR EACH ROW EXECUTE FUNCTION sample_code_kept()
--;
CREATE FUNCTION project_code_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.code <> OLD.code THEN
    RAISE EXCEPTION 'guard:project_code_kept' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER project_code_kept BEFORE UPDATE OF "code" ON project
FOR EACH ROW EXECUTE FUNCTION project_code_kept()
--;
CREATE FUNCTION request_code_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.code <> OLD.code THEN
    RAISE EXCEPTION 'guard:request_code_kept' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER request_code_kept BEFORE UPDATE OF "code" ON request
FOR EACH ROW EXECUTE FUNCTION request_code_kept()
--;
CREATE FUNCTION shipment_code_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.code <> OLD.code THEN
    RAISE EXCEPTION 'guard:shipment_code_kept' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER shipment_code_kept BEFORE UPDATE OF "code" ON shipment
FOR EACH ROW EXECUTE FUNCTION shipment_code_kept()
--;
CREATE FUNCTION pick_list_code_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.code <> OLD.code THEN
    RAISE EXCEPTION 'guard:pick_list_code_kept' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER pick_list_code_kept BEFORE UPDATE OF "code" ON pick_list
FOR EACH ROW EXECUTE FUNCTION pick_list_code_kept()
--;
CREATE FUNCTION move_list_code_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.code <> OLD.code THEN
    RAISE EXCEPTION 'guard:move_list_code_kept' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER move_list_code_kept BEFORE UPDATE OF "code" ON move_list
FOR EACH ROW EXECUTE FUNCTION move_list_code_kept()
--;
CREATE FUNCTION project_donor_code_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.code <> OLD.code THEN
    RAISE EXCEPTION 'guard:project_donor_code_kept' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER project_donor_code_kept BEFORE UPDATE OF "code" ON project_donor
FOR EACH ROW EXECUTE FUNCTION project_donor_code_kept()
--;
CREATE FUNCTION project_sample_code_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.code <> OLD.code THEN
    RAISE EXCEPTION 'guard:project_sample_code_kept' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER project_sample_code_kept BEFORE UPDATE OF "code" ON project_sample
FOR EACH ROW EXECUTE FUNCTION project_sample_code_kept()
--;
CREATE FUNCTION data_release_code_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.code <> OLD.code THEN
    RAISE EXCEPTION 'guard:data_release_code_kept' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER data_release_code_kept BEFORE UPDATE OF "code" ON data_release
FOR EACH ROW EXECUTE FUNCTION data_release_code_kept()
--;
CREATE FUNCTION serial_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.next < OLD.next THEN
    RAISE EXCEPTION 'guard:serial_only_grows' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER serial_only_grows BEFORE UPDATE ON serial
FOR EACH ROW EXECUTE FUNCTION serial_only_grows()
--;
CREATE FUNCTION sample_outside_grid_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."row" IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM storage_unit u WHERE u.id = NEW.unit_id AND NEW."row" < u.rows AND NEW.col < u.columns) THEN
    RAISE EXCEPTION 'guard:sample_outside_grid_new' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER sample_outside_grid_new BEFORE INSERT ON sample
FOR EACH ROW EXECUTE FUNCTION sample_outside_grid_new()
--;
CREATE FUNCTION sample_outside_grid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."row" IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM storage_unit u WHERE u.id = NEW.unit_id AND NEW."row" < u.rows AND NEW.col < u.columns) THEN
    RAISE EXCEPTION 'guard:sample_outside_grid' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER sample_outside_grid BEFORE UPDATE OF "unit_id", "row", "col" ON sample
FOR EACH ROW EXECUTE FUNCTION sample_outside_grid()
--;
CREATE FUNCTION sample_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status IN ('consumed', 'destroyed', 'rejected') AND NEW.status <> OLD.status THEN
    RAISE EXCEPTION 'guard:sample_ended' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER sample_ended BEFORE UPDATE OF "status" ON sample
FOR EACH ROW EXECUTE FUNCTION sample_ended()
--;
CREATE FUNCTION sample_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.holds > 0 AND NEW.status <> OLD.status AND NEW.status IN ('reserved', 'in_transit', 'consumed') THEN
    RAISE EXCEPTION 'guard:sample_held' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER sample_held BEFORE UPDATE OF "status" ON sample
FOR EACH ROW EXECUTE FUNCTION sample_held()
--;
CREATE FUNCTION sample_held_drawn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.holds > 0 AND NEW.amount < OLD.amount AND NEW.status <> 'destroyed' THEN
    RAISE EXCEPTION 'guard:sample_held_drawn' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER sample_held_drawn BEFORE UPDATE OF "amount" ON sample
FOR EACH ROW EXECUTE FUNCTION sample_held_drawn()
--;
CREATE FUNCTION reservation_of_unusable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state = 'active' AND EXISTS (SELECT 1 FROM sample s WHERE s.id = NEW.sample_id AND (s.holds > 0 OR s.status NOT IN ('available', 'reserved'))) THEN
    RAISE EXCEPTION 'guard:reservation_of_unusable' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER reservation_of_unusable BEFORE INSERT ON reservation
FOR EACH ROW EXECUTE FUNCTION reservation_of_unusable()
--;
CREATE FUNCTION reservation_without_consent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state = 'active' AND EXISTS (SELECT 1 FROM sample s WHERE s.id = NEW.sample_id AND s.profile_id IS NULL) THEN
    RAISE EXCEPTION 'guard:reservation_without_consent' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER reservation_without_consent BEFORE INSERT ON reservation
FOR EACH ROW EXECUTE FUNCTION reservation_without_consent()
--;
CREATE FUNCTION reservation_of_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state IN ('active', 'picked') AND NEW.state <> OLD.state AND EXISTS (SELECT 1 FROM sample s WHERE s.id = NEW.sample_id AND s.holds > 0) THEN
    RAISE EXCEPTION 'guard:reservation_of_held' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER reservation_of_held BEFORE UPDATE OF "state" ON reservation
FOR EACH ROW EXECUTE FUNCTION reservation_of_held()
--;
CREATE FUNCTION reservation_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.sample_id <> OLD.sample_id OR NEW.request_id <> OLD.request_id OR NEW.line_id <> OLD.line_id THEN
    RAISE EXCEPTION 'guard:reservation_moved' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER reservation_moved BEFORE UPDATE OF "sample_id", "request_id", "line_id" ON reservation
FOR EACH ROW EXECUTE FUNCTION reservation_moved()
--;
CREATE FUNCTION score_of_own() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.points IS NOT NULL AND (EXISTS (SELECT 1 FROM project p WHERE p.id = NEW.project_id AND p.lead_id = NEW.person_id) OR EXISTS (SELECT 1 FROM project_member m WHERE m.project_id = NEW.project_id AND m.person_id = NEW.person_id AND m."left" IS NULL)) THEN
    RAISE EXCEPTION 'guard:score_of_own' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER score_of_own BEFORE INSERT ON score
FOR EACH ROW EXECUTE FUNCTION score_of_own()
--;
CREATE FUNCTION score_of_own_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.points IS NOT NULL AND (EXISTS (SELECT 1 FROM project p WHERE p.id = NEW.project_id AND p.lead_id = NEW.person_id) OR EXISTS (SELECT 1 FROM project_member m WHERE m.project_id = NEW.project_id AND m.person_id = NEW.person_id AND m."left" IS NULL)) THEN
    RAISE EXCEPTION 'guard:score_of_own_again' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER score_of_own_again BEFORE UPDATE ON score
FOR EACH ROW EXECUTE FUNCTION score_of_own_again()
--;
CREATE FUNCTION reservation_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state IN ('released', 'expired') AND NEW.state <> OLD.state THEN
    RAISE EXCEPTION 'guard:reservation_ended' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER reservation_ended BEFORE UPDATE OF "state" ON reservation
FOR EACH ROW EXECUTE FUNCTION reservation_ended()
--;
CREATE FUNCTION shipment_item_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state = 'packed' AND EXISTS (SELECT 1 FROM sample s WHERE s.id = NEW.sample_id AND s.holds > 0) THEN
    RAISE EXCEPTION 'guard:shipment_item_held' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER shipment_item_held BEFORE INSERT ON shipment_item
FOR EACH ROW EXECUTE FUNCTION shipment_item_held()
--;
CREATE FUNCTION shipment_of_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state = 'dispatched' AND OLD.state <> 'dispatched' AND EXISTS (SELECT 1 FROM shipment_item i JOIN sample s ON s.id = i.sample_id WHERE i.shipment_id = NEW.id AND i.state = 'packed' AND s.holds > 0) THEN
    RAISE EXCEPTION 'guard:shipment_of_held' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER shipment_of_held BEFORE UPDATE OF "state" ON shipment
FOR EACH ROW EXECUTE FUNCTION shipment_of_held()
--;
CREATE FUNCTION shipment_without_agreement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state = 'dispatched' AND OLD.state <> 'dispatched' AND EXISTS (SELECT 1 FROM shipment_item i JOIN sample s ON s.id = i.sample_id WHERE i.shipment_id = NEW.id AND i.state = 'packed' AND s.custodian_id <> NEW.recipient_id) AND NOT EXISTS (SELECT 1 FROM agreement a JOIN request r ON r.project_id = a.project_id WHERE r.id = NEW.request_id AND a.organisation_id = NEW.recipient_id AND a.ended IS NULL AND substr(a.signed, 1, 10) <= substr(NEW.dispatched, 1, 10) AND (a.expires IS NULL OR a.expires >= substr(NEW.dispatched, 1, 10))) THEN
    RAISE EXCEPTION 'guard:shipment_without_agreement' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER shipment_without_agreement BEFORE UPDATE OF "state" ON shipment
FOR EACH ROW EXECUTE FUNCTION shipment_without_agreement()
--;
CREATE FUNCTION shipment_without_authorisation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state = 'dispatched' AND OLD.state <> 'dispatched' AND EXISTS (SELECT 1 FROM shipment_item i JOIN sample s ON s.id = i.sample_id JOIN organisation c ON c.id = s.custodian_id JOIN organisation o ON o.id = NEW.recipient_id WHERE i.shipment_id = NEW.id AND i.state = 'packed' AND c.id <> o.id AND (o.country IS NULL OR c.country IS NULL OR c.country <> o.country)) AND NOT EXISTS (SELECT 1 FROM project p JOIN request r ON r.project_id = p.id WHERE r.id = NEW.request_id AND p.export_authorisation IS NOT NULL) THEN
    RAISE EXCEPTION 'guard:shipment_without_authorisation' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER shipment_without_authorisation BEFORE UPDATE OF "state" ON shipment
FOR EACH ROW EXECUTE FUNCTION shipment_without_authorisation()
--;
CREATE FUNCTION unit_below_contents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM sample s WHERE s.unit_id = NEW.id AND s."row" IS NOT NULL AND (NEW.rows IS NULL OR s."row" >= NEW.rows OR s.col >= NEW.columns)) THEN
    RAISE EXCEPTION 'guard:unit_below_contents' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER unit_below_contents BEFORE UPDATE OF "rows", "columns" ON storage_unit
FOR EACH ROW EXECUTE FUNCTION unit_below_contents()
--;
CREATE FUNCTION unit_inside_itself() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.parent_id IS NOT NULL AND (NEW.parent_id = NEW.id OR EXISTS (SELECT 1 FROM storage_unit p WHERE p.id = NEW.parent_id AND substr(p.path, 1, length(OLD.path)) = OLD.path)) THEN
    RAISE EXCEPTION 'guard:unit_inside_itself' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER unit_inside_itself BEFORE UPDATE OF "parent_id" ON storage_unit
FOR EACH ROW EXECUTE FUNCTION unit_inside_itself()
--;
