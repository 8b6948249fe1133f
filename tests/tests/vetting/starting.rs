//! Children that cannot be started say nothing about anybody's change.

use std::time::Instant;

use footpath::push::{Vet, VettingDown};
use footpath::vetting::{Config, Vetting};

use crate::{chain, config, job, sent, sound};

async fn is_down(program: &str) {
    let pool = Vetting::new(Config::new(program.into(), vec![], 1));
    assert!(pool.alive());
    let begun = Instant::now();
    for _ in 0..50 {
        assert_eq!(pool.vet(job(chain(1, 1).iter().map(sent).collect())).await, Err(VettingDown));
    }
    // Not fifty starts: after the first the pool waits before it tries again, and says so at once.
    assert!(begun.elapsed().as_secs() < 5);
    assert!(!pool.alive());
}

#[tokio::test]
async fn a_binary_that_is_not_there() {
    is_down("/nowhere/footpath").await;
}

#[tokio::test]
async fn a_binary_that_does_something_else() {
    is_down("/bin/true").await;
}

#[tokio::test]
async fn a_binary_that_talks_nonsense() {
    is_down("/bin/ls").await;
}

#[tokio::test]
async fn warmed_up_before_the_first_push() {
    let pool = Vetting::new(config(1));
    pool.warm_up().await.unwrap();
    let begun = Instant::now();
    assert_eq!(sound(&pool.vet(job(chain(1, 3).iter().map(sent).collect())).await.unwrap()), 3);
    assert!(begun.elapsed().as_millis() < 2_000);
}
