//! The change log in SQLite: one writer thread with group commit, a few readers.

mod again;
mod append;
mod beginnings;
mod codec;
mod envelopes;
mod files;
mod names;
mod origins;
mod pack;
mod pen;
mod people;
mod queries;
mod readers;
mod schema;
mod seek;
mod seventh;
mod short_ids;
mod snapshots;
mod writer;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use sync_core::ids::{ChangeHash, DeviceId, DocId, Hash32, Id, PublicKey};
use sync_core::keys::Sig;
use sync_core::office::{OfficeRow, Topic};
use sync_core::scope::Scope;
use sync_core::wire::Grant;
use sync_core::wire::elided::{Found, Wanted};
use tokio::sync::watch;

use super::{
    Account, Assignment, Batch, ChainEvidence, ChangeLog, ChangeRow, Device, DeviceNews, FormerEpoch,
    GrantSpan, KeptEnvelope, Known, LogRow, Organisation, OwnValue, QuarantineState, Quarantined, RowHead,
    StoreError, Stored,
};
use crate::private;
use pen::Pen;
use readers::Readers;
use writer::{Writer, connect};

/// The name of the database in the data folder.
pub const FILE: &str = "log.db";

/// What a new log begins with: random ids and a key, made by the host.
#[derive(Clone, Debug)]
pub struct Founding {
    pub organisation: Organisation,
    pub server_seed: [u8; 32],
}

/// The files of this backend.
#[derive(Clone, Copy, Debug)]
pub struct SqliteFiles;

/// The log of one organisation in one file.
pub struct SqliteLog {
    organisation: Organisation,
    former: Vec<FormerEpoch>,
    server_seed: [u8; 32],
    writer: Writer,
    readers: Readers,
    newest: watch::Receiver<u64>,
}

impl SqliteLog {
    /// Opens the log at `path`, making it from `founding` when there is none.
    pub fn open(path: &Path, founding: impl FnOnce() -> Founding) -> Stored<Self> {
        private::file(path).map_err(|error| StoreError::Broken(error.to_string()))?;
        let mut connection = connect(path)?;
        schema::migrate(&mut connection)?;
        let Founding { organisation, server_seed } = match founded(&connection)? {
            Some(founding) => founding,
            None => {
                let founding = founding();
                found(&mut connection, &founding)?;
                founding
            }
        };
        let seq: u64 = connection.query_row("SELECT seq FROM counter", (), |row| row.get(0))?;
        let former = files::former(&connection)?;
        let (sender, newest) = watch::channel(seq);
        let readers = Readers::open(path)?;
        let writer = Writer::start(Pen::new(path.to_owned(), connection, sender))?;
        Ok(Self { organisation, former, server_seed, writer, readers, newest })
    }

    fn org(&self) -> Id {
        self.organisation.id
    }
}

fn found(connection: &mut Connection, founding: &Founding) -> Stored<()> {
    let transaction = connection.transaction()?;
    let organisation = &founding.organisation;
    let put = |key: &str, value: &[u8]| -> Stored<()> {
        transaction
            .prepare_cached("INSERT INTO meta (key, value) VALUES (?1, ?2)")?
            .execute(params![key, value])?;
        Ok(())
    };
    put("org", organisation.id.as_bytes())?;
    put("org_name", organisation.name.as_bytes())?;
    put("epoch", organisation.epoch.as_bytes())?;
    put("server_seed", &founding.server_seed)?;
    transaction.execute("INSERT INTO counter (org, seq) VALUES (?1, 0)", [organisation.id.0])?;
    Ok(transaction.commit()?)
}

fn founded(connection: &Connection) -> Stored<Option<Founding>> {
    let get = |key: &str| -> Stored<Option<Vec<u8>>> {
        let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
        Ok(statement.query_row([key], |row| row.get(0)).optional()?)
    };
    let (Some(id), Some(name), Some(epoch), Some(seed)) =
        (get("org")?, get("org_name")?, get("epoch")?, get("server_seed")?)
    else {
        return Ok(None);
    };
    let odd = || codec::odd("meta");
    Ok(Some(Founding {
        organisation: Organisation {
            id: Id::from_slice(&id).ok_or_else(odd)?,
            name: String::from_utf8(name).map_err(|_| odd())?,
            epoch: Id::from_slice(&epoch).ok_or_else(odd)?,
        },
        server_seed: seed.try_into().map_err(|_| odd())?,
    }))
}

#[async_trait]
impl ChangeLog for SqliteLog {
    fn organisation(&self) -> &Organisation {
        &self.organisation
    }

    fn former_epochs(&self) -> &[FormerEpoch] {
        &self.former
    }

    fn server_seed(&self) -> [u8; 32] {
        self.server_seed
    }

    async fn append(&self, batch: Batch) -> Stored<Vec<u64>> {
        self.writer.write(move |writing| append::append(writing, &batch)).await
    }

    fn changed(&self) -> watch::Receiver<u64> {
        self.newest.clone()
    }

    async fn read_after(&self, after: u64, limit: usize) -> Stored<Vec<LogRow>> {
        let org = self.org();
        self.readers.read(move |connection| queries::read_after(connection, org, after, limit)).await
    }

    async fn outlines(&self, after: u64, until: u64, limit: usize) -> Stored<Vec<LogRow>> {
        let org = self.org();
        self.readers.read(move |connection| queries::outlines(connection, org, (after, until), limit)).await
    }

    async fn rows(&self, seqs: &[u64]) -> Stored<Vec<LogRow>> {
        let (org, seqs) = (self.org(), seqs.to_vec());
        self.readers.read(move |connection| queries::rows(connection, org, &seqs)).await
    }

    async fn heads_in(&self, scopes: &[Grant], after: u64, until: u64, limit: usize) -> Stored<Vec<RowHead>> {
        let (org, scopes) = (self.org(), scopes.to_vec());
        self.readers
            .read(move |connection| queries::heads_in(connection, org, &scopes, (after, until), limit))
            .await
    }

    async fn count_in(&self, scope: Grant, after: u64, until: u64) -> Stored<u32> {
        self.readers.read(move |connection| queries::count_in(connection, scope, after, until)).await
    }

    async fn newest_in(&self, scope: Grant) -> Stored<u64> {
        self.readers.read(move |connection| queries::newest_in(connection, scope)).await
    }

    async fn changes_of(&self, docs: &[DocId]) -> Stored<BTreeMap<DocId, Vec<ChangeRow>>> {
        let (org, docs) = (self.org(), docs.to_vec());
        self.readers.read(move |connection| queries::changes_of(connection, org, &docs)).await
    }

    async fn scopes_of(&self, docs: &[DocId]) -> Stored<BTreeMap<DocId, Scope>> {
        let docs = docs.to_vec();
        self.readers.read(move |connection| queries::scopes_of(connection, &docs)).await
    }

    async fn beginning_so(&self, wanted: Wanted) -> Stored<Found> {
        self.readers.read(move |connection| beginnings::find(connection, &wanted)).await
    }

    async fn family(&self, family: Id) -> Stored<BTreeMap<DocId, Scope>> {
        self.readers.read(move |connection| queries::family(connection, family)).await
    }

    async fn known(&self, device: DeviceId, changes: &[(DocId, ChangeHash)]) -> Stored<Vec<Option<Known>>> {
        let changes = changes.to_vec();
        self.readers.read(move |connection| queries::known(connection, device, &changes)).await
    }

    async fn office(&self, topic: Topic, subject: Id) -> Stored<Vec<OfficeRow>> {
        self.readers.read(move |connection| queries::office(connection, topic, subject)).await
    }

    async fn office_value(&self, topic: Topic, subject: Id, key: &str) -> Stored<Option<String>> {
        let key = key.to_owned();
        self.readers.read(move |connection| queries::office_value(connection, topic, subject, &key)).await
    }

    async fn office_origin(&self, topic: Topic, subject: Id, key: &str) -> Stored<Option<OwnValue>> {
        let row = OfficeRow { topic, subject, key: key.to_owned(), value: String::new() };
        self.readers.read(move |connection| origins::own(connection, &row)).await
    }

    async fn catalogue_at(&self, key: &str, seq: u64) -> Stored<Option<String>> {
        let (org, key) = (self.org(), key.to_owned());
        self.readers.read(move |connection| queries::catalogue_at(connection, org, &key, seq)).await
    }

    async fn catalogue_values(&self, key: &str) -> Stored<Vec<String>> {
        let (org, key) = (self.org(), key.to_owned());
        self.readers.read(move |connection| queries::catalogue_values(connection, org, &key)).await
    }

    async fn grants_of(&self, person: Id) -> Stored<Vec<GrantSpan>> {
        self.readers.read(move |connection| queries::grants_of(connection, person)).await
    }

    async fn holders_of(&self, grant: Grant) -> Stored<Vec<GrantSpan>> {
        self.readers.read(move |connection| queries::holders_of(connection, grant)).await
    }

    async fn assignments(&self) -> Stored<Vec<Assignment>> {
        self.readers.read(queries::assignments).await
    }

    async fn quarantine(&self, state: Option<QuarantineState>, limit: usize) -> Stored<Vec<Quarantined>> {
        let org = self.org();
        self.readers.read(move |connection| queries::quarantine(connection, org, state, limit)).await
    }

    async fn quarantined(&self, seq: u64) -> Stored<Option<Quarantined>> {
        let org = self.org();
        self.readers.read(move |connection| queries::quarantined(connection, org, seq)).await
    }

    async fn replaced(&self, doc: DocId) -> Stored<Vec<(Id, ChangeHash)>> {
        self.readers.read(move |connection| queries::replaced(connection, doc)).await
    }

    async fn refused(&self, device: DeviceId, doc: DocId) -> Stored<Vec<ChangeHash>> {
        self.readers.read(move |connection| queries::refused(connection, device, doc)).await
    }

    async fn quarantine_load(&self, device: DeviceId) -> Stored<(u64, u64)> {
        self.readers.read(move |connection| queries::quarantine_load(connection, device)).await
    }

    async fn keep_arrivals(
        &self,
        device: DeviceId,
        received_ms: i64,
        raw: Vec<(Hash32, Vec<u8>)>,
    ) -> Stored<()> {
        self.writer
            .write(move |writing| {
                let mut statement = writing.connection.prepare_cached(
                    "INSERT OR IGNORE INTO arrivals (device, hash, received_ms, raw) VALUES (?1, ?2, ?3, ?4)",
                )?;
                for (hash, bytes) in &raw {
                    statement.execute(params![device.0, hash.0, received_ms, bytes])?;
                }
                Ok(())
            })
            .await
    }

    async fn arrivals_load(&self, device: DeviceId) -> Stored<u64> {
        self.readers.read(move |connection| queries::arrivals_load(connection, device)).await
    }

    async fn arrivals(&self, device: DeviceId) -> Stored<Vec<(Hash32, Vec<u8>)>> {
        self.readers.read(move |connection| queries::arrivals(connection, device)).await
    }

    async fn envelopes_after(&self, after: u64, limit: usize) -> Stored<Vec<KeptEnvelope>> {
        let org = self.org();
        self.readers.read(move |connection| envelopes::after(connection, org, after, limit)).await
    }

    async fn signed_from(&self) -> Stored<u64> {
        self.readers.read(envelopes::signed_from).await
    }

    async fn signatures(&self, device: DeviceId, numbers: &[u64]) -> Stored<BTreeMap<u64, Vec<Sig>>> {
        let numbers = numbers.to_vec();
        self.readers.read(move |connection| envelopes::signatures(connection, device, &numbers)).await
    }

    async fn account(&self, person: Id) -> Stored<Option<Account>> {
        self.readers.read(move |connection| people::account_of(connection, person)).await
    }

    async fn account_by_login(&self, login: &str) -> Stored<Option<Account>> {
        let login = login.to_owned();
        self.readers.read(move |connection| people::account_by_login(connection, &login)).await
    }

    async fn accounts(&self) -> Stored<Vec<Account>> {
        self.readers.read(people::accounts).await
    }

    async fn put_account(&self, account: Account) -> Stored<()> {
        self.writer.write(move |writing| people::put_account(writing.connection, &account)).await
    }

    async fn device(&self, device: DeviceId) -> Stored<Option<Device>> {
        self.readers.read(move |connection| people::device_of(connection, device)).await
    }

    async fn devices(&self) -> Stored<Vec<Device>> {
        self.readers.read(people::devices).await
    }

    async fn enrol(&self, person: Id, key: PublicKey, name: &str, now_ms: i64) -> Stored<Device> {
        let name = name.to_owned();
        self.writer.write(move |writing| people::enrol(writing.connection, person, key, &name, now_ms)).await
    }

    async fn revoke_device(&self, device: DeviceId, now_ms: i64) -> Stored<bool> {
        self.writer.write(move |writing| people::revoke_device(writing.connection, device, now_ms)).await
    }

    async fn note_device(&self, news: DeviceNews) -> Stored<()> {
        self.writer.write(move |writing| people::note_device(writing.connection, &news)).await
    }

    async fn note_heard(&self, device: DeviceId) -> Stored<()> {
        self.writer.write(move |writing| people::note_heard(writing.connection, device)).await
    }

    async fn note_evidence(&self, device: DeviceId, evidence: ChainEvidence) -> Stored<()> {
        self.writer.write(move |writing| people::note_evidence(writing.connection, device, &evidence)).await
    }

    async fn writable(&self) -> Stored<()> {
        self.writer
            .write(|writing| {
                writing.connection.prepare_cached("UPDATE probe SET n = n + 1")?.execute([])?;
                Ok(())
            })
            .await
    }

    async fn close(&self, patience: Duration) -> Stored<()> {
        self.writer.close(patience).await
    }
}

impl std::fmt::Debug for SqliteLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteLog").field("org", &self.organisation.id).finish_non_exhaustive()
    }
}
