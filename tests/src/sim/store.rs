//! The real store, in a server that may die before or after any call to it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use footpath::store::sqlite::SqliteLog;
use footpath::store::{
    Account, Assignment, Batch, ChainEvidence, ChangeLog, ChangeRow, Device, DeviceNews, Documents, Extent,
    FormerEpoch, GrantSpan, KeptEnvelope, Known, LogRow, Months, NewSnapshot, Organisation, OwnValue,
    QuarantineState, Quarantined, RowHead, StoreError, Stored, Whole,
};
use sync_core::ids::{ChangeHash, DeviceId, DocId, Hash32, Id, Month, PublicKey};
use sync_core::keys::Sig;
use sync_core::office::{OfficeRow, Topic};
use sync_core::scope::Scope;
use sync_core::wire::Grant;
use sync_core::wire::elided::{Found, Wanted};
use tokio::sync::watch;

use super::planted::Bug;

/// Calls until the server dies; once it is dead, nothing works any more.
#[derive(Debug, Default)]
pub struct Fuse {
    lit: AtomicBool,
    left: AtomicI64,
    after: AtomicBool,
    dead: AtomicBool,
    /// Calls so far.
    pub calls: AtomicU64,
}

impl Fuse {
    /// The server dies before or after the call that comes after `steps` others.
    pub fn light(&self, steps: u32, after: bool) {
        self.left.store(i64::from(steps), Ordering::SeqCst);
        self.after.store(after, Ordering::SeqCst);
        self.lit.store(true, Ordering::SeqCst);
    }

    pub fn put_out(&self) {
        self.lit.store(false, Ordering::SeqCst);
    }

    pub fn dead(&self) -> bool {
        self.dead.load(Ordering::SeqCst)
    }

    /// Whether this call is the last; an error when there is none to make any more.
    fn burn(&self) -> Stored<bool> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        if self.dead() {
            return Err(died());
        }
        let last = self.lit.load(Ordering::SeqCst) && self.left.fetch_sub(1, Ordering::SeqCst) <= 0;
        if last {
            self.dead.store(true, Ordering::SeqCst);
            if !self.after.load(Ordering::SeqCst) {
                return Err(died());
            }
        }
        Ok(last)
    }
}

fn died() -> StoreError {
    StoreError::Broken("the server is dead".to_owned())
}

/// The store as the server sees it.
pub struct Mortal {
    inner: Arc<SqliteLog>,
    fuse: Arc<Fuse>,
    bug: Option<Bug>,
    /// Answered and not committed, where that bug is planted.
    owed: Mutex<Option<Batch>>,
}

impl Mortal {
    pub fn new(inner: Arc<SqliteLog>, fuse: Arc<Fuse>, bug: Option<Bug>) -> Self {
        Self { inner, fuse, bug, owed: Mutex::new(None) }
    }

    async fn pay(&self) {
        let owed = self.owed.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(batch) = owed {
            let _ = self.inner.append(batch).await;
        }
    }

    fn owe(&self, batch: Batch) -> Vec<u64> {
        let newest = *self.inner.changed().borrow();
        let seqs = (newest + 1..).take(batch.entries.len()).collect();
        *self.owed.lock().unwrap_or_else(PoisonError::into_inner) = Some(batch);
        seqs
    }
}

/// One call, unless the server is dead before or after it.
macro_rules! mortal {
    ($self:ident, $call:expr) => {{
        let last = $self.fuse.burn()?;
        let answer = $call.await;
        if last { Err(died()) } else { answer }
    }};
}

#[async_trait]
impl Documents for Mortal {
    async fn extents(&self, scopes: &[Grant], months: Months) -> Stored<Vec<Vec<Extent>>> {
        mortal!(self, self.inner.extents(scopes, months))
    }

    async fn whole(&self, docs: &[DocId], until: u64) -> Stored<Vec<Whole>> {
        mortal!(self, self.inner.whole(docs, until))
    }

    async fn rows_of(&self, doc: DocId) -> Stored<(u64, Vec<ChangeRow>)> {
        mortal!(self, self.inner.rows_of(doc))
    }

    async fn changed_in(&self, after: u64, until: u64) -> Stored<Vec<Extent>> {
        mortal!(self, self.inner.changed_in(after, until))
    }

    async fn put_snapshots(&self, snapshots: Vec<NewSnapshot>) -> Stored<()> {
        mortal!(self, self.inner.put_snapshots(snapshots))
    }

    async fn drop_snapshots(&self, before: Month) -> Stored<()> {
        mortal!(self, self.inner.drop_snapshots(before))
    }
}

#[async_trait]
impl ChangeLog for Mortal {
    fn organisation(&self) -> &Organisation {
        self.inner.organisation()
    }

    fn former_epochs(&self) -> &[FormerEpoch] {
        self.inner.former_epochs()
    }

    fn server_seed(&self) -> [u8; 32] {
        self.inner.server_seed()
    }

    async fn append(&self, batch: Batch) -> Stored<Vec<u64>> {
        if self.bug == Some(Bug::AckBeforeCommit) {
            self.pay().await;
            return mortal!(self, async { Ok(self.owe(batch)) });
        }
        mortal!(self, self.inner.append(batch))
    }

    fn changed(&self) -> watch::Receiver<u64> {
        self.inner.changed()
    }

    async fn read_after(&self, after: u64, limit: usize) -> Stored<Vec<LogRow>> {
        mortal!(self, self.inner.read_after(after, limit))
    }

    async fn outlines(&self, after: u64, until: u64, limit: usize) -> Stored<Vec<LogRow>> {
        mortal!(self, self.inner.outlines(after, until, limit))
    }

    async fn rows(&self, seqs: &[u64]) -> Stored<Vec<LogRow>> {
        mortal!(self, self.inner.rows(seqs))
    }

    async fn heads_in(&self, scopes: &[Grant], after: u64, until: u64, limit: usize) -> Stored<Vec<RowHead>> {
        mortal!(self, self.inner.heads_in(scopes, after, until, limit))
    }

    async fn count_in(&self, scope: Grant, after: u64, until: u64) -> Stored<u32> {
        mortal!(self, self.inner.count_in(scope, after, until))
    }

    async fn newest_in(&self, scope: Grant) -> Stored<u64> {
        mortal!(self, self.inner.newest_in(scope))
    }

    async fn changes_of(&self, docs: &[DocId]) -> Stored<BTreeMap<DocId, Vec<ChangeRow>>> {
        mortal!(self, self.inner.changes_of(docs))
    }

    async fn scopes_of(&self, docs: &[DocId]) -> Stored<BTreeMap<DocId, Scope>> {
        mortal!(self, self.inner.scopes_of(docs))
    }

    async fn beginning_so(&self, wanted: Wanted) -> Stored<Found> {
        mortal!(self, self.inner.beginning_so(wanted))
    }

    async fn family(&self, family: Id) -> Stored<BTreeMap<DocId, Scope>> {
        mortal!(self, self.inner.family(family))
    }

    async fn known(&self, device: DeviceId, changes: &[(DocId, ChangeHash)]) -> Stored<Vec<Option<Known>>> {
        let known = mortal!(self, self.inner.known(device, changes))?;
        Ok(if self.bug == Some(Bug::NoDedupe) { vec![None; known.len()] } else { known })
    }

    async fn office(&self, topic: Topic, subject: Id) -> Stored<Vec<OfficeRow>> {
        mortal!(self, self.inner.office(topic, subject))
    }

    async fn office_value(&self, topic: Topic, subject: Id, key: &str) -> Stored<Option<String>> {
        mortal!(self, self.inner.office_value(topic, subject, key))
    }

    async fn catalogue_at(&self, key: &str, seq: u64) -> Stored<Option<String>> {
        mortal!(self, self.inner.catalogue_at(key, seq))
    }

    async fn catalogue_values(&self, key: &str) -> Stored<Vec<String>> {
        mortal!(self, self.inner.catalogue_values(key))
    }

    async fn office_origin(&self, topic: Topic, subject: Id, key: &str) -> Stored<Option<OwnValue>> {
        mortal!(self, self.inner.office_origin(topic, subject, key))
    }

    async fn grants_of(&self, person: Id) -> Stored<Vec<GrantSpan>> {
        let mut spans = mortal!(self, self.inner.grants_of(person))?;
        if self.bug == Some(Bug::GrantsForEver) {
            spans.iter_mut().for_each(|span| span.to = None);
        }
        Ok(spans)
    }

    async fn holders_of(&self, grant: Grant) -> Stored<Vec<GrantSpan>> {
        mortal!(self, self.inner.holders_of(grant))
    }

    async fn assignments(&self) -> Stored<Vec<Assignment>> {
        mortal!(self, self.inner.assignments())
    }

    async fn quarantine(&self, state: Option<QuarantineState>, limit: usize) -> Stored<Vec<Quarantined>> {
        mortal!(self, self.inner.quarantine(state, limit))
    }

    async fn quarantined(&self, seq: u64) -> Stored<Option<Quarantined>> {
        mortal!(self, self.inner.quarantined(seq))
    }

    async fn replaced(&self, doc: DocId) -> Stored<Vec<(Id, ChangeHash)>> {
        mortal!(self, self.inner.replaced(doc))
    }

    async fn refused(&self, device: DeviceId, doc: DocId) -> Stored<Vec<ChangeHash>> {
        mortal!(self, self.inner.refused(device, doc))
    }

    async fn quarantine_load(&self, device: DeviceId) -> Stored<(u64, u64)> {
        mortal!(self, self.inner.quarantine_load(device))
    }

    async fn keep_arrivals(
        &self,
        device: DeviceId,
        received_ms: i64,
        raw: Vec<(Hash32, Vec<u8>)>,
    ) -> Stored<()> {
        mortal!(self, self.inner.keep_arrivals(device, received_ms, raw))
    }

    async fn arrivals_load(&self, device: DeviceId) -> Stored<u64> {
        mortal!(self, self.inner.arrivals_load(device))
    }

    async fn arrivals(&self, device: DeviceId) -> Stored<Vec<(Hash32, Vec<u8>)>> {
        mortal!(self, self.inner.arrivals(device))
    }

    async fn envelopes_after(&self, after: u64, limit: usize) -> Stored<Vec<KeptEnvelope>> {
        mortal!(self, self.inner.envelopes_after(after, limit))
    }

    async fn signed_from(&self) -> Stored<u64> {
        mortal!(self, self.inner.signed_from())
    }

    async fn signatures(&self, device: DeviceId, numbers: &[u64]) -> Stored<BTreeMap<u64, Vec<Sig>>> {
        mortal!(self, self.inner.signatures(device, numbers))
    }

    async fn account(&self, person: Id) -> Stored<Option<Account>> {
        mortal!(self, self.inner.account(person))
    }

    async fn account_by_login(&self, login: &str) -> Stored<Option<Account>> {
        mortal!(self, self.inner.account_by_login(login))
    }

    async fn accounts(&self) -> Stored<Vec<Account>> {
        mortal!(self, self.inner.accounts())
    }

    async fn put_account(&self, account: Account) -> Stored<()> {
        mortal!(self, self.inner.put_account(account))
    }

    async fn device(&self, device: DeviceId) -> Stored<Option<Device>> {
        // Every request begins with this: by now the one before is over.
        self.pay().await;
        let mut found = mortal!(self, self.inner.device(device))?;
        if self.bug == Some(Bug::NobodyRevoked)
            && let Some(device) = &mut found
        {
            device.revoked_ms = None;
        }
        Ok(found)
    }

    async fn devices(&self) -> Stored<Vec<Device>> {
        mortal!(self, self.inner.devices())
    }

    async fn enrol(&self, person: Id, key: PublicKey, name: &str, now_ms: i64) -> Stored<Device> {
        mortal!(self, self.inner.enrol(person, key, name, now_ms))
    }

    async fn revoke_device(&self, device: DeviceId, now_ms: i64) -> Stored<bool> {
        mortal!(self, self.inner.revoke_device(device, now_ms))
    }

    async fn note_device(&self, news: DeviceNews) -> Stored<()> {
        mortal!(self, self.inner.note_device(news))
    }

    async fn note_heard(&self, device: DeviceId) -> Stored<()> {
        mortal!(self, self.inner.note_heard(device))
    }

    async fn note_evidence(&self, device: DeviceId, evidence: ChainEvidence) -> Stored<()> {
        mortal!(self, self.inner.note_evidence(device, evidence))
    }

    async fn writable(&self) -> Stored<()> {
        mortal!(self, self.inner.writable())
    }

    async fn close(&self, patience: Duration) -> Stored<()> {
        self.inner.close(patience).await
    }
}
