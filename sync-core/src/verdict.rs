//! What the server answers for each change, and why: the words every side uses for the fate of a change.
//!
//! The server repeats the same verdict on every push of the same change. Each code stands for a text a
//! person can read, looked up by [`Reason::code`] in the language files.

use std::fmt;

use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

/// The fate of one change on the server. Every verdict is durable before it is given.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(tag = "verdict", content = "why", rename_all = "snake_case")]
pub enum Verdict {
    /// In the change log: the phone may say "on the server".
    #[n(0)]
    Accepted,
    /// In the change log, with a mark a coordinator sees.
    #[n(1)]
    AcceptedFlagged(#[n(0)] Flag),
    /// In the change log since an earlier push.
    #[n(2)]
    Duplicate,
    /// Kept by the server; a change it builds on has not come yet.
    #[n(3)]
    Waiting,
    /// Not in the change log: the phone makes it again from its intents, under a new incarnation.
    #[n(4)]
    Remake(#[n(0)] RemakeReason),
    /// Kept in quarantine for a person to look at.
    #[n(5)]
    SetAside(#[n(0)] Reason),
    /// Was set aside; a person has dealt with it.
    #[n(6)]
    Settled,
}

impl Verdict {
    /// Whether the change is in the change log, now or since earlier.
    pub fn admitted(&self) -> bool {
        matches!(self, Self::Accepted | Self::AcceptedFlagged(_) | Self::Duplicate)
    }

    /// Whether the server will say nothing else about this change unless a person acts.
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Waiting)
    }
}

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $n:literal $variant:ident = $code:literal,)* }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, Decode, CborLen, Serialize, Deserialize,
        )]
        #[cbor(index_only)]
        pub enum $name {
            $($(#[$variant_doc])* #[n($n)] #[serde(rename = $code)] $variant,)*
        }

        impl $name {
            /// Every value, for tables and tests.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word used in JSON, in logs and as the key of the text shown to people.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)*
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}

codes! {
    /// Why an accepted change is marked for the coordinator.
    Flag {
        /// The author was on this family once and is no longer.
        0 AfterReassignment = "after_reassignment",
        /// A person let it out of quarantine.
        1 Released = "released",
        /// Given back by a device, with the server's own word for it, after the server was restored from a backup.
        2 Restored = "restored",
    }
}

codes! {
    /// Why a phone must make a change again. Nothing is lost: the intents are still there.
    RemakeReason {
        /// The server holds another change with the same actor and number.
        0 Fork = "fork",
        /// A change it builds on was set aside.
        1 PredecessorSetAside = "predecessor_set_aside",
        /// The phone's storage went back in time.
        2 RolledBack = "rolled_back",
    }
}

codes! {
    /// Why a change was set aside. All but the scope, device and quota reasons are about its bytes.
    Reason {
        /// Not the bytes of a change: wrong magic, type, length, header or columns.
        0 Malformed = "malformed",
        /// Over a limit of size, count or length.
        1 TooLarge = "too_large",
        /// The bytes were altered on the way.
        2 BadChecksum = "bad_checksum",
        /// Decoding and encoding again gives other bytes.
        3 NotCanonical = "not_canonical",
        /// An operation no Footpath device makes: a delete, a list, a nested or misplaced map or value.
        4 ForbiddenOperation = "forbidden_operation",
        /// Not the actor of this device, document and incarnation.
        5 WrongActor = "wrong_actor",
        /// A number this actor cannot have reached.
        6 WrongSequence = "wrong_sequence",
        /// Operations not numbered from where their dependencies end.
        7 WrongStartOp = "wrong_start_op",
        /// The author was never given this document.
        8 OutOfScope = "out_of_scope",
        /// The device was revoked before it pushed.
        9 DeviceRevoked = "device_revoked",
        /// A kind of document devices do not write.
        10 KindNotWritable = "kind_not_writable",
        /// Kind, family, place or derived id differ from those the document was created with.
        11 IdentityMismatch = "identity_mismatch",
        /// Makes the map of a record that exists: one side's fields would vanish.
        12 RecordExists = "record_exists",
        /// The document would not survive being saved, loaded and read with it.
        13 BreaksDocument = "breaks_document",
        /// The vetting process died on it.
        14 VettingFailed = "vetting_failed",
        /// The vetting process did not finish with it in time.
        15 VettingTimeout = "vetting_timeout",
        /// The envelope's signature is not the device's.
        16 BadSignature = "bad_signature",
        /// The device holds too much in quarantine already.
        17 Quota = "quota",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_uses_the_codes() {
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_string(reason).unwrap(), format!("\"{}\"", reason.code()));
        }
        let verdict = Verdict::SetAside(Reason::OutOfScope);
        assert_eq!(
            serde_json::to_string(&verdict).unwrap(),
            r#"{"verdict":"set_aside","why":"out_of_scope"}"#
        );
        assert_eq!(serde_json::to_string(&Verdict::Waiting).unwrap(), r#"{"verdict":"waiting"}"#);
    }

    #[test]
    fn cbor_round_trips() {
        let all = [
            Verdict::Accepted,
            Verdict::AcceptedFlagged(Flag::AfterReassignment),
            Verdict::Duplicate,
            Verdict::Waiting,
            Verdict::Remake(RemakeReason::PredecessorSetAside),
            Verdict::SetAside(Reason::Quota),
            Verdict::Settled,
        ];
        let bytes = minicbor::to_vec(all).unwrap();
        assert_eq!(minicbor::decode::<[Verdict; 7]>(&bytes).unwrap(), all);
    }
}
