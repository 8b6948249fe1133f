//! What the write path needs of vetting.

use async_trait::async_trait;
use sync_core::admission::{Job, Vetted};

/// No finding could be had: nothing is said of the candidates, the device tries again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VettingDown;

impl std::fmt::Display for VettingDown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("vetting is down")
    }
}

impl std::error::Error for VettingDown {}

/// Where changes are vetted: a pool of processes, or right here in tests.
#[async_trait]
pub trait Vet: Send + Sync {
    /// A finding for each candidate, in their order.
    async fn vet(&self, job: Job) -> Result<Vec<Vetted>, VettingDown>;

    /// Whether it can work at all, for readiness.
    fn alive(&self) -> bool;
}

/// Vets in this very process: only for tests and tools that trust their input.
pub struct InProcess;

#[async_trait]
impl Vet for InProcess {
    async fn vet(&self, job: Job) -> Result<Vec<Vetted>, VettingDown> {
        use sync_core::admission::{Limits, Pace, vet};
        tokio::task::spawn_blocking(move || vet(&job, &Limits::default(), Pace::Together, &mut |_| {}))
            .await
            .map_err(|_| VettingDown)?
            .map_err(|_| VettingDown)
    }

    fn alive(&self) -> bool {
        true
    }
}
