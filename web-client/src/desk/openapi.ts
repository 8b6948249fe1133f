// Made from schemas/openapi.json by `npm run api-types`. Not to be changed by hand.

/** To whom a case is given, and for when. */
export type AssignRequest = {
  from?: string | null;
  person: string;
  substitute?: boolean;
  to?: string | null;
};

/** A person who has the case, or will have it. */
export type AssignmentItem = {
  at_ms: number;
  by: string;
  from?: string | null;
  holds: boolean;
  name?: string | null;
  person: string;
  substitute: boolean;
  to?: string | null;
};

/** A phone that has not been here since the restore. */
export type AwaitedPhone = {
  id: string;
  last_sync_ms?: number | null;
  name: string;
  person: string;
  person_name?: string | null;
};

/** A case with its records, newest first. */
export type CaseDetail = {
  cards: RecordItem[];
  case: CaseItem;
};

/** A case in a list. */
export type CaseItem = {
  assignments: AssignmentItem[];
  care_status?: string | null;
  id: string;
  last_visit?: string | null;
  name: string;
  person?: string | null;
  place?: string | null;
  place_name?: string | null;
};

/** Cases and where the next page begins. */
export type CasePage = {
  items: CaseItem[];
  next?: string | null;
};

/** One change of the record. */
export type ChangeItem = {
  at_ms: number;
  author: string;
  author_name?: string | null;
  change: string;
  device: string;
  device_name?: string | null;
  digest: string;
  fields: Record<string, FieldValue>;
  flag?: string | null;
  received_ms: number;
  seq: number;
};

/** The value a coordinator chose, and the values they chose from. */
export type ConflictChoice = {
  choose: FieldValue;
  doc?: string | null;
  field: string;
  shown: string[];
};

export type Decision = 'open' | 'given' | 'dismissed';

/** A device as the desk sees it. */
export type DeviceItem = {
  clock_offset_ms?: number | null;
  enrolled_ms: number;
  forks: number[];
  id: string;
  last_sync_ms?: number | null;
  missing: [number, number][];
  name: string;
  newest_envelope?: number | null;
  newest_known?: number | null;
  person: string;
  person_name?: string | null;
  revoked_ms?: number | null;
  set_aside: number;
  waiting: number;
};

/** All devices, most recently seen first. */
export type DeviceList = {
  items: DeviceItem[];
};

/** What a device must know of itself and of the server. */
export type EnrolAnswer = {
  device: string;
  duties: string[];
  epoch: string;
  language: string;
  login: string;
  name: string;
  org: string;
  org_name: string;
  person: string;
  server_public_key: string;
  server_time_ms: number;
};

/** Who asks for which key. */
export type EnrolRequest = {
  device_name: string;
  login: string;
  password: string;
  public_key: string;
};

/** A field with the value it shows first and those that disagree with it. */
export type FieldItem = {
  key: string;
  values: ValueItem[];
};

/** A field's value; null is one that a person cleared. */
export type FieldValue = null | boolean | number | string;

/** Somebody who has a case. */
export type Holder = {
  name?: string | null;
  person: string;
};

/** What is to be done about one. */
export type HoldingDecision = {
  decision: Decision;
};

/** A person and a case, and what a phone says of them. */
export type HoldingItem = {
  by?: string | null;
  by_name?: string | null;
  case: string;
  case_name: string;
  decided_ms?: number | null;
  device_name?: string | null;
  holders: Holder[];
  person: string;
  person_name?: string | null;
  planned?: string | null;
  said: Said;
  said_ms: number;
  state: Decision;
};

/** A month's log of a case. */
export type MonthItem = {
  bytes: number;
  changes: number;
  month: string;
};

/** Somebody known by name. */
export type PersonItem = {
  case?: string | null;
  duty?: string | null;
  id: string;
  name?: string | null;
  place?: string | null;
  place_name?: string | null;
};

/** People and where the next page begins. */
export type PersonPage = {
  items: PersonItem[];
  next?: string | null;
};

/** A problem (RFC 9457), in the language of `Accept-Language`: ru, uk or en. Some have further members. */
export type ProblemBody = {
  code: ProblemCode;
  detail: string;
  field?: string | null;
  status: number;
  title: string;
  type: string;
};

export type ProblemCode = 'malformed' | 'unknown_version' | 'invalid' | 'not_signed_in' | 'bad_token' | 'unknown_device' | 'clock' | 'wrong_password' | 'device_revoked' | 'forbidden' | 'not_found' | 'method_not_allowed' | 'taken' | 'changed' | 'cannot_release' | 'too_large' | 'wrong_content_type' | 'timeout' | 'too_many' | 'busy' | 'internal';

/** A set-aside change, and what can be read of it. */
export type QuarantineDetail = {
  item: QuarantineItem;
  preview?: Record<string, FieldValue> | null;
};

/** A set-aside change with its bytes. */
export type QuarantineExport = {
  bytes: string;
  item: QuarantineItem;
};

/** A change in quarantine. What the envelope said of it (document, kind, case) is its device's word. */
export type QuarantineItem = {
  at_ms?: number | null;
  author: string;
  author_name?: string | null;
  by?: string | null;
  by_name?: string | null;
  case?: string | null;
  case_name?: string | null;
  change: string;
  device: string;
  device_name?: string | null;
  doc: string;
  envelope: number;
  id: number;
  kind?: string | null;
  note?: string | null;
  place?: string | null;
  reason: string;
  received_ms: number;
  size: number;
  state: string;
};

/** Set-aside changes and where the next page begins. */
export type QuarantinePage = {
  items: QuarantineItem[];
  next?: string | null;
};

/** So many records of a state and type; those of which there are none are left out. */
export type RecordCount = {
  count: number;
  state: string;
  type: string;
};

/** All of them. */
export type RecordCounts = {
  items: RecordCount[];
};

/** One record with its whole story. */
export type RecordDetail = {
  changed_since_review?: string[] | null;
  conflicts: FieldItem[];
  fields: FieldItem[];
  flags: string[];
  history: ChangeItem[];
  record: RecordItem;
  review?: ReviewItem | null;
  reviews: ReviewItem[];
  violations: ViolationItem[];
};

/** A record as it stands, with the names a person needs to read it. */
export type RecordItem = {
  at_ms: number;
  author: string;
  author_name?: string | null;
  case?: string | null;
  case_name?: string | null;
  conflicts: string[];
  date: string;
  device: string;
  digest: string;
  doc: string;
  fields: Record<string, FieldValue>;
  first_seq: number;
  flags: string[];
  id: string;
  kind: string;
  last_seq: number;
  month: string;
  place?: string | null;
  place_name?: string | null;
  received_ms: number;
  returned_before: boolean;
  review?: ReviewItem | null;
  state: string;
  type: string;
  violations: ViolationItem[];
  voided: boolean;
};

/** Records and where the next page begins. */
export type RecordPage = {
  items: RecordItem[];
  next?: string | null;
};

/** What the restored server remembers, and what phones say of what it does not. */
export type Restored = {
  awaited: AwaitedPhone[];
  items: HoldingItem[];
  remembers_ms?: number | null;
  restored_ms?: number | null;
};

export type ReviewDecision = 'approve' | 'return';

/** A decision about a record. */
export type ReviewItem = {
  at_ms: number;
  by: string;
  by_name?: string | null;
  comment?: string | null;
  decision: string;
  digest: string;
  seq: number;
};

export type ReviewOutcome = 'done' | 'changed' | 'missing';

/** A decision about some records, as the coordinator saw them. */
export type ReviewRequest = {
  comment?: string | null;
  decision: ReviewDecision;
  items: ReviewSubject[];
};

export type ReviewResult = {
  changed_fields?: string[] | null;
  outcome: ReviewOutcome;
  record: string;
};

/** One result for each item, in its order. */
export type ReviewResults = {
  results: ReviewResult[];
};

/** A record and the state of it that was seen. */
export type ReviewSubject = {
  digest: string;
  doc?: string | null;
  record: string;
};

/** What a phone says of a person and a case. */
export type Said = 'had' | 'wrote' | 'lost';

/** What became of a set-aside change. */
export type SettleRequest = {
  note: string;
};

/** A value and where it comes from. */
export type ValueItem = {
  at_ms: number;
  author: string;
  author_name?: string | null;
  change: string;
  device: string;
  device_name?: string | null;
  received_ms: number;
  value: FieldValue;
};

/** What a person should look at in a record. */
export type ViolationItem = {
  code: string;
  field: string;
  params?: Record<string, number> | null;
};
