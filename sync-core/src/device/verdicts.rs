//! What the server says of this device's own work, and what a coordinator says of what was set aside.

use super::Device;
use super::event::Notice;
use super::held::Held;
use super::log::{Answered, Wrote};
use super::page::Page;
use super::withdrawn::Fate;
use crate::crdt::{Change, genesis_hash};
use crate::ids::ChangeHash;
use crate::office::{InboxNote, OfficeRow, Outcome};
use crate::verdict::{Flag, Reason, Verdict};
use crate::wire::{Admitted, VerdictOn};

impl Device {
    /// The server's word on a change of this device's own.
    pub(super) fn take_verdict(&mut self, on: &VerdictOn, page: &mut Page) {
        let found = self.state.outbox.iter().find(|pending| pending.wrote.item.hash == on.hash);
        let Some(wrote) = found.map(|pending| pending.wrote.clone()) else {
            return self.take_verdict_again(on, page);
        };
        page.touched.insert(wrote.item.doc);
        match on.verdict {
            Verdict::Waiting => {
                page.waiting.push(wrote);
                return;
            }
            // For lack of room the server kept nothing of it: then it is still ours to keep and to offer.
            Verdict::SetAside(Reason::Quota) => return,
            Verdict::Remake(_) => {
                page.remake(wrote.item.doc, None);
                return;
            }
            Verdict::Accepted | Verdict::AcceptedFlagged(_) | Verdict::Duplicate => {
                // By a person, or because another phone brought it back.
                let otherwise = matches!(
                    on.verdict,
                    Verdict::AcceptedFlagged(Flag::Released) | Verdict::AcceptedFlagged(Flag::Restored)
                );
                let doc = wrote.item.doc;
                let new = self.keep(wrote, on.verdict, otherwise, page);
                // Taken in, but no longer this person's: nothing about it will come any more. Unless its row is here: then it
                // was given to them since, and this is heard for the second time.
                let late = on.verdict == Verdict::AcceptedFlagged(Flag::AfterReassignment);
                if let Some(held) = self.docs.get_mut(&doc) {
                    held.leaving |= late && new;
                }
                page.late += usize::from(late);
            }
            Verdict::SetAside(reason) => page.notices.push(Notice {
                doc: Some(wrote.item.doc),
                record: Some(wrote.intent.record),
                reason: Some(reason.code().to_owned()),
                ..Notice::new("set_aside")
            }),
            Verdict::Settled => {}
        }
        page.answered.push(Answered { doc: on.doc, hash: on.hash, verdict: on.verdict });
    }

    /// A verdict on a change that is in no outbox: it was answered for before, and laid before the server again.
    fn take_verdict_again(&mut self, on: &VerdictOn, page: &mut Page) {
        if !self.state.sealed.values().any(|sealed| sealed.open.contains(&on.hash)) {
            return;
        }
        let aside = self.quarantine_of(on.doc).find(|(wrote, _)| wrote.item.hash == on.hash);
        let aside = aside.map(|(wrote, _)| wrote.clone());
        let verdict = match on.verdict {
            Verdict::SetAside(Reason::Quota) => return,
            // Nobody is left who might bring what it stands on.
            Verdict::Waiting if page.all_heard && self.withdraw(on, Fate::MadeAgain, page) => return,
            // Withdrawn, and what it stands on may be gone from here since.
            Verdict::Waiting => {
                page.waiting.extend(aside);
                return;
            }
            // A copy of this phone has spent its number since.
            Verdict::Remake(_) if self.withdraw(on, Fate::MadeAgain, page) || aside.is_some() => {
                page.remake(on.doc, Some(on.hash));
                return;
            }
            // It cannot be read here now; it is not on the server.
            Verdict::Remake(_) if self.was_taken(on) => return,
            Verdict::Remake(_) => Verdict::Settled,
            Verdict::SetAside(reason) => {
                self.withdraw(on, Fate::SetAside(reason), page);
                on.verdict
            }
            Verdict::Settled => {
                self.withdraw(on, Fate::Settled, page);
                on.verdict
            }
            verdict => verdict,
        };
        if verdict.admitted() {
            self.flight.giving.tried_again = false;
            if let Some(wrote) = aside {
                self.keep(wrote, verdict, true, page);
            }
        }
        let mut held = self.docs.get_mut(&on.doc);
        if let Some(held) = held.as_mut().filter(|_| on.verdict == Verdict::Accepted) {
            // By their own right: it was given to them again.
            held.leaving = false;
        }
        let taken = held.map(|held| &mut held.proofs.taken);
        let taken = taken.and_then(|taken| taken.iter_mut().find(|taken| taken.hash == on.hash));
        if let (Some(taken), Some(mark)) = (taken, page.mark) {
            taken.mark = mark;
        }
        page.touched.insert(on.doc);
        page.answered.push(Answered { doc: on.doc, hash: on.hash, verdict });
    }

    /// The server has it: it stands in its document, with the proof of that. Gives whether it is new there.
    ///
    /// What was let in `otherwise` than by this person's own right, into a document of which nothing was given, may not
    /// be theirs. If it is, its rows come, and it stays.
    fn keep(&mut self, wrote: Wrote, verdict: Verdict, otherwise: bool, page: &Page) -> bool {
        let author = self.person();
        let held = self.docs.entry(wrote.item.doc).or_insert_with(|| Held::new(wrote.item.scope));
        held.leaving |= otherwise && !held.any();
        // Let in by their own right: it was given to them again.
        held.leaving &= verdict != Verdict::Accepted;
        if let Some(mark) = page.mark {
            held.proofs.take(&wrote.item, mark);
        }
        held.add(Admitted { author, bytes: wrote.bytes }, &self.shelf)
    }

    /// A coordinator dealt with something of ours that was set aside.
    pub(super) fn take_note(&mut self, row: &OfficeRow, page: &mut Page) {
        let Ok(note) = serde_json::from_str::<InboxNote>(&row.value) else { return };
        let Ok(hash) = row.key.parse::<ChangeHash>() else { return };
        let (verdict, told) = match note.outcome {
            Outcome::SetAside => return,
            // In the log after all; its row only comes to those who have the document.
            Outcome::Released => (Verdict::Duplicate, "released"),
            Outcome::Settled => (Verdict::Settled, "settled"),
        };
        // In a history that is lost, perhaps, and another phone of this person brought the word back: the verdict tells.
        let asked_again = self.state.sealed.values().any(|sealed| sealed.open.contains(&hash));
        let begun_anew = page.mark.is_some_and(|mark| self.begun_anew(mark.epoch));
        if asked_again || begun_anew {
            return;
        }
        if self.state.quarantine.iter().any(|(wrote, _)| wrote.item.hash == hash) {
            page.touched.insert(note.doc);
            page.answered.push(Answered { doc: note.doc, hash, verdict });
            page.notices.push(Notice { doc: Some(note.doc), ..Notice::new(told) });
        }
    }

    /// Whether a change builds on one of this device's own that is nowhere any more: a damaged log lost it.
    /// The server, which waits for it, would wait for ever.
    pub(super) fn ground_is_lost(&self, wrote: &Wrote) -> bool {
        let Ok(change) = Change::parse(&wrote.bytes) else { return false };
        let document = self.docs.get(&wrote.item.doc).and_then(|held| held.document(&self.shelf).ok());
        let here = |hash: &ChangeHash| {
            document.as_ref().is_some_and(|document| document.has(hash))
                || genesis_hash(wrote.item.scope.kind).as_ref() == Ok(hash)
                || self.state.unsent().any(|own| own.item.hash == *hash)
        };
        change.deps().any(|hash| !here(&hash))
    }
}
