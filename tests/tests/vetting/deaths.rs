//! Whoever kills the process is set aside, whoever stood beside is not.

use std::sync::Arc;
use std::time::Duration;

use footpath::vetting::{Config, Vetting};
use footpath_tests::sabotage::Way;
use sync_core::admission::Finding;
use sync_core::verdict::Reason;

use crate::{chain, config, job, pool, sent, sound};

fn reason(way: Way) -> Reason {
    match way {
        Way::Hang | Way::Spin => Reason::VettingTimeout,
        _ => Reason::VettingFailed,
    }
}

async fn one_culprit(way: Way) {
    one_culprit_in(way, pool()).await;
}

async fn one_culprit_in(way: Way, pool: Vetting) {
    let honest = chain(1, 3);
    let culprit = way.candidate(9);
    let mut candidates: Vec<_> = honest.iter().map(sent).collect();
    candidates.insert(1, culprit.clone());
    let found = pool.vet(job(candidates)).await.unwrap();
    assert_eq!(found.len(), 4);
    assert_eq!(sound(&found), 3, "{found:?}");
    assert_eq!(found[1].hash, culprit.hash);
    assert_eq!(found[1].finding, Finding::SetAside(reason(way)));
    // The pool has recovered.
    let after = pool.vet(job(chain(2, 2).iter().map(sent).collect())).await.unwrap();
    assert_eq!(sound(&after), 2);
}

#[tokio::test]
async fn an_abort() {
    one_culprit(Way::Abort).await;
}

#[tokio::test]
async fn an_exit_that_looks_orderly() {
    one_culprit(Way::Exit).await;
}

#[tokio::test]
async fn a_panic() {
    one_culprit(Way::Panic).await;
}

#[tokio::test]
async fn a_hang() {
    let impatient = Config { deadline: Duration::from_secs(2), ..config(2) };
    one_culprit_in(Way::Hang, Vetting::new(impatient)).await;
}

#[tokio::test]
async fn memory_without_end() {
    one_culprit(Way::Allocate).await;
}

#[tokio::test]
async fn a_stack_overflow() {
    one_culprit(Way::Recurse).await;
}

/// The kernel ends it long before the wall clock would.
#[tokio::test]
async fn a_loop_without_end() {
    let patient = Config { deadline: Duration::from_secs(300), cpu_seconds: 0, ..config(1) };
    let found = Vetting::new(patient).vet(job(vec![Way::Spin.candidate(1)])).await.unwrap();
    assert_eq!(found[0].finding, Finding::SetAside(Reason::VettingTimeout));
}

#[tokio::test]
async fn several_culprits_in_one_push() {
    let culprits = [Way::Abort.candidate(1), Way::Panic.candidate(2), Way::Exit.candidate(3)];
    let honest = chain(1, 4);
    let candidates = culprits.iter().cloned().chain(honest.iter().map(sent)).collect();
    let found = pool().vet(job(candidates)).await.unwrap();
    assert_eq!(sound(&found), 4);
    let failed = Finding::SetAside(Reason::VettingFailed);
    assert!(found[..3].iter().all(|vetted| vetted.finding == failed), "{found:?}");
}

/// A push of nothing but killers does not keep the pool busy for ever.
#[tokio::test]
async fn more_culprits_than_the_pool_has_patience_for() {
    let candidates: Vec<_> = (0..200).map(|n| Way::Abort.candidate(n)).collect();
    let found = pool().vet(job(candidates)).await.unwrap();
    assert_eq!(found.len(), 200);
    assert!(found.iter().all(|vetted| vetted.finding == Finding::SetAside(Reason::VettingFailed)));
}

#[tokio::test]
async fn other_jobs_go_on_meanwhile() {
    let pool = Arc::new(pool());
    let jobs = (1..=24u8).map(|n| {
        let pool = pool.clone();
        tokio::spawn(async move {
            let mut candidates: Vec<_> = chain(n, 3).iter().map(sent).collect();
            if n % 4 == 0 {
                candidates.push(Way::Abort.candidate(n));
            }
            sound(&pool.vet(job(candidates)).await.unwrap())
        })
    });
    for one in jobs.collect::<Vec<_>>() {
        assert_eq!(one.await.unwrap(), 3);
    }
}

/// Somebody hangs up while his change is being vetted.
#[tokio::test]
async fn a_request_that_goes_away_takes_its_child_along() {
    let pool = Vetting::new(config(1));
    let hanging = pool.vet(job(vec![Way::Hang.candidate(1)]));
    let gone = tokio::time::timeout(Duration::from_millis(300), hanging).await;
    assert!(gone.is_err());
    let found = pool.vet(job(chain(1, 2).iter().map(sent).collect())).await.unwrap();
    assert_eq!(sound(&found), 2);
}
