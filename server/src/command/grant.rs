//! Grants: who is given what, and from when until when.
