//! The one writer: a thread that takes what waits, does it in one transaction, and answers after the commit.
//!
//! One commit costs one flush of the disk however many appends are in it, so fifty phones that come back at
//! once share a few flushes. Each piece of work stands in a savepoint: one that fails takes nothing with it.
//! What the disk refuses is told as [`StoreError::Unwell`], see [`super::pen`].

use std::path::Path;
use std::thread;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::pen::Pen;
use crate::store::{StoreError, Stored};

/// Pieces of work that may wait.
const QUEUE: usize = 1024;

/// Pieces of work in one transaction.
const GROUP: usize = 256;

/// A transaction under way.
pub struct Writing<'a> {
    pub connection: &'a Connection,
    /// Number of the newest row so far.
    pub seq: u64,
}

/// What is called after the commit, or with why there was none.
type Answer = Box<dyn FnOnce(Option<StoreError>) + Send>;

struct Done {
    keep: bool,
    answer: Answer,
}

/// Is given the transaction, or why there is none.
type Work = Box<dyn FnOnce(Stored<&mut Writing<'_>>) -> Done + Send>;

enum Message {
    Work(Work),
    Close(oneshot::Sender<()>),
}

/// The way to the writer thread.
pub struct Writer(mpsc::Sender<Message>);

impl Writer {
    /// Starts the thread with the pen it writes with.
    pub fn start(pen: Pen) -> Stored<Self> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        thread::Builder::new()
            .name("log-writer".to_owned())
            .spawn(move || run(pen, receiver))
            .map_err(|error| StoreError::Broken(error.to_string()))?;
        Ok(Self(sender))
    }

    /// Does `work` in the next transaction and answers after its commit. Waits while the queue is full.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writing<'_>) -> Stored<T> + Send + 'static,
    ) -> Stored<T> {
        let (reply, answer) = oneshot::channel();
        let work = Box::new(move |writing: Stored<&mut Writing<'_>>| {
            let result = writing.and_then(work);
            Done {
                keep: result.is_ok(),
                answer: Box::new(move |failure| {
                    // Nobody waits any more when the request was cut: the work is done all the same.
                    let _ = reply.send(failure.map_or(result, Err));
                }),
            }
        });
        self.0.send(Message::Work(work)).await.map_err(|_| StoreError::Busy)?;
        answer.await.map_err(|_| StoreError::Busy)?
    }

    /// Finishes what waits, folds the write-ahead log into the database and ends the thread.
    pub async fn close(&self, patience: Duration) -> Stored<()> {
        let (reply, closed) = oneshot::channel();
        if self.0.send(Message::Close(reply)).await.is_err() {
            return Ok(());
        }
        match tokio::time::timeout(patience, closed).await {
            Ok(_) => Ok(()),
            Err(_) => Err(StoreError::Busy),
        }
    }
}

fn run(mut pen: Pen, mut receiver: mpsc::Receiver<Message>) {
    while let Some(first) = receiver.blocking_recv() {
        let mut group = vec![first];
        while group.len() < GROUP {
            match receiver.try_recv() {
                Ok(message) => group.push(message),
                Err(_) => break,
            }
        }
        if let Some(closing) = one_transaction(&mut pen, group) {
            // Whatever is still behind it gets `Busy` when the receiver goes.
            receiver.close();
            pen.fold();
            let _ = closing.send(());
            return;
        }
    }
}

/// Does the group's work and answers it; gives back who wants to close, if anybody does.
fn one_transaction(pen: &mut Pen, group: Vec<Message>) -> Option<oneshot::Sender<()>> {
    let mut closing = None;
    let mut works = Vec::with_capacity(group.len());
    for message in group {
        match message {
            Message::Work(work) => works.push(work),
            Message::Close(reply) => closing = Some(reply),
        }
    }
    let mut answers = Vec::with_capacity(works.len());
    let mut works = works.into_iter();
    let outcome = pen.take_up().and_then(|connection| do_all(connection, &mut works, &mut answers));
    pen.put_down(&outcome);
    let failure = outcome.err();
    if let Some(error) = &failure {
        tracing::error!(%error, "a transaction of the change log failed");
        answers.extend(works.map(|work| work(Err(error.clone())).answer));
    }
    for answer in answers {
        answer(failure.clone());
    }
    closing
}

/// All of `works` in one transaction; each gets its answer into `answers`, to be given after the commit. After an
/// error of the transaction those that did not get their turn are left in `works`.
fn do_all(
    connection: &mut Connection,
    works: &mut impl Iterator<Item = Work>,
    answers: &mut Vec<Answer>,
) -> Stored<u64> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let before: u64 =
        transaction.prepare_cached("SELECT seq FROM counter")?.query_row((), |row| row.get(0))?;
    let mut writing = Writing { connection: &transaction, seq: before };
    for work in works {
        transaction.execute_batch("SAVEPOINT piece")?;
        let start = writing.seq;
        let done = work(Ok(&mut writing));
        answers.push(done.answer);
        if !done.keep {
            // After some failures of the disk the whole transaction is gone, and this says so.
            transaction.execute_batch("ROLLBACK TO piece")?;
            writing.seq = start;
        }
        transaction.execute_batch("RELEASE piece")?;
    }
    let seq = writing.seq;
    if seq != before {
        transaction.prepare_cached("UPDATE counter SET seq = ?1")?.execute([seq])?;
    }
    transaction.commit()?;
    Ok(seq)
}

/// A statement is planned once. SQLite would plan many of ours anew for each value bound to them, which took a tenth
/// of the server's time.
pub fn keep_plans(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}

/// Opens a connection and sets what every connection needs.
pub fn connect(path: &Path) -> Stored<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.set_prepared_statement_cache_capacity(64);
    keep_plans(&connection)?;
    Ok(connection)
}
