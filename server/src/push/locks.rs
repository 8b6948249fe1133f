//! One writer for a document at a time: held from reading what it holds until the commit.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use sync_core::ids::DocId;
use tokio::sync::OwnedMutexGuard;

/// A lock for each document that somebody is writing.
#[derive(Clone, Default)]
pub struct Locks(Arc<Mutex<HashMap<DocId, Arc<tokio::sync::Mutex<()>>>>>);

/// The documents held; dropping it lets them go.
pub struct Held {
    locks: Locks,
    /// Dropped one by one, each before its entry is looked at.
    held: Vec<(DocId, Option<OwnedMutexGuard<()>>)>,
}

impl Locks {
    /// Waits for all of these documents. Everybody takes them in the same order, so nobody waits in a ring.
    pub async fn hold(&self, docs: impl IntoIterator<Item = DocId>) -> Held {
        let docs: BTreeSet<DocId> = docs.into_iter().collect();
        let mut held = Held { locks: self.clone(), held: Vec::with_capacity(docs.len()) };
        for doc in docs {
            let lock = self.table().entry(doc).or_default().clone();
            held.held.push((doc, Some(lock.lock_owned().await)));
        }
        held
    }

    fn table(&self) -> std::sync::MutexGuard<'_, HashMap<DocId, Arc<tokio::sync::Mutex<()>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        for (doc, guard) in &mut self.held {
            drop(guard.take());
            let mut table = self.locks.table();
            // One count is the table's: nobody else waits for it or holds it.
            if table.get(doc).is_some_and(|lock| Arc::strong_count(lock) == 1) {
                table.remove(doc);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    #[tokio::test]
    async fn two_writers_of_one_document_take_turns_and_nothing_is_left_behind() {
        let locks = Locks::default();
        let inside = Arc::new(AtomicU32::new(0));
        let mut tasks = Vec::new();
        for turn in 0..20u8 {
            let (locks, inside) = (locks.clone(), inside.clone());
            tasks.push(tokio::spawn(async move {
                // In both orders, on purpose.
                let docs = if turn % 2 == 0 { [1, 2] } else { [2, 1] };
                let _held = locks.hold(docs.map(|doc| DocId([doc; 16]))).await;
                assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                tokio::time::sleep(Duration::from_millis(1)).await;
                inside.fetch_sub(1, Ordering::SeqCst);
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        assert!(locks.table().is_empty());
    }
}
