//! What a child says is what admission says.

use sync_core::admission::{Bytes, Finding, Job};
use sync_core::verdict::{Reason, RemakeReason};

use crate::{chain, job, pool, sent, sound};

#[tokio::test]
async fn a_chain_in_any_order() {
    let mut candidates: Vec<_> = chain(1, 5).iter().map(sent).collect();
    candidates.reverse();
    let found = pool().vet(job(candidates.clone())).await.unwrap();
    assert_eq!(sound(&found), 5);
    assert!(found.iter().map(|vetted| vetted.hash).eq(candidates.iter().map(|candidate| candidate.hash)));
    let Finding::Sound(facts) = &found[4].finding else { panic!("the first of the chain") };
    assert_eq!((facts.seq, facts.records[0].record.0), (1, [7; 16]));
    assert!(facts.records[0].created);
}

#[tokio::test]
async fn every_kind_of_finding_comes_through() {
    let chain = chain(1, 5);
    let mut altered = sent(&chain[2]);
    altered.bytes.0[20] ^= 1;
    let job = Job {
        existing: vec![Bytes(chain[0].bytes().to_vec())],
        ..job(vec![sent(&chain[0]), sent(&chain[1]), altered, sent(&chain[3]), sent(&chain[4])])
    };
    let pool = pool();
    let found = pool.vet(job.clone()).await.unwrap();
    assert_eq!(found[0].finding, Finding::Known);
    assert!(matches!(found[1].finding, Finding::Sound(_)));
    assert_eq!(found[2].finding, Finding::SetAside(Reason::BadChecksum));
    assert_eq!(found[3].finding, Finding::Remake(RemakeReason::PredecessorSetAside));
    assert_eq!(found[4].finding, Finding::Remake(RemakeReason::PredecessorSetAside));
    let mut gap = job;
    gap.candidates.remove(2);
    let found = pool.vet(gap).await.unwrap();
    assert_eq!(found[2].finding, Finding::Waiting(vec![chain[2].hash()]));
}

#[tokio::test]
async fn a_log_that_makes_no_document_holds_up_nothing_else() {
    let chain = chain(1, 3);
    let broken = Job { existing: vec![Bytes(chain[1].bytes().to_vec())], ..job(vec![sent(&chain[2])]) };
    let pool = pool();
    let found = pool.vet(broken).await.unwrap();
    assert_eq!(found[0].finding, Finding::SetAside(Reason::VettingFailed));
    assert_eq!(sound(&pool.vet(job(chain.iter().map(sent).collect())).await.unwrap()), 3);
}

#[tokio::test]
async fn an_empty_job() {
    assert!(pool().vet(job(vec![])).await.unwrap().is_empty());
}
