//! Backups, restores and checks on the command line.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use footpath::backup::{self, Taking};
use footpath::store::LogFiles;
use sync_core::civil;
use sync_core::ids::Id;

use super::{Outcome, READ_MODEL, clock};

#[derive(Args)]
pub struct Backup {
    /// The public half of a key, `age1…`; may be given more than once: any one of them opens the backup.
    #[arg(long = "recipient", required = true)]
    recipients: Vec<String>,
    /// The file to write; there must be none of this name.
    #[arg(long)]
    out: PathBuf,
}

#[derive(Args)]
pub struct BackupKey {
    /// Where to write the secret half. Take it off this machine and keep it where the backups are not.
    #[arg(long)]
    out: PathBuf,
}

#[derive(Args)]
pub struct Restore {
    /// The file with the secret half of the key.
    #[arg(long)]
    identity: PathBuf,
    /// The backup.
    #[arg(long)]
    from: PathBuf,
    /// Put the log in place even when it is not whole.
    #[arg(long)]
    damaged: bool,
}

pub async fn back_up(files: &dyn LogFiles, data: &Path, said: Backup) -> Outcome {
    let recipients =
        said.recipients.iter().map(|key| backup::recipient(key)).collect::<Result<Vec<_>, _>>()?;
    let begun = Instant::now();
    let made = backup::backup(files, data, &recipients, &said.out).await?;
    let (kib, seconds) = (made.bytes.div_ceil(1024), begun.elapsed().as_secs_f32());
    println!("{}: everything up to row {}, {kib} KiB, {seconds:.1} s", said.out.display(), made.seq);
    Ok(())
}

pub fn make_key(said: BackupKey) -> Outcome {
    println!("{}", backup::make_key(&said.out)?);
    Ok(())
}

pub async fn restore(files: &dyn LogFiles, data: &Path, said: Restore) -> Outcome {
    let mut epoch = [0; 16];
    getrandom::fill(&mut epoch).map_err(|error| error.to_string())?;
    let taking = Taking { epoch: Id(epoch), now_ms: clock()(), damaged: said.damaged };
    let restored = backup::restore(files, &said.identity, &said.from, data, taking).await?;
    println!("{}", restored.report);
    println!("\n{} is in {} again, up to row {}", restored.organisation, data.display(), restored.seq);
    if let Some(at) = restored.newest_ms {
        println!("of {} (UTC).", moment(at));
    }
    println!("{}", NEXT);
    Ok(())
}

/// Whether the log is whole; that it is not is the outcome, and said as such.
pub async fn verify(files: &dyn LogFiles, data: &Path) -> Outcome {
    let report = backup::verify(files, data, &data.join(READ_MODEL)).await?;
    println!("{report}");
    if report.whole() { Ok(()) } else { Err("the log is not whole".into()) }
}

const NEXT: &str = "
What next:
1. Start the server. The desk's tables make themselves again.
2. Phones notice by themselves, at their next sync, and hand in what they have from after the backup.
3. What no phone holds is gone: look at assignments, accounts and approvals since then, and at 'Set aside'.
See 'Restore from a backup' in the operator's guide.";

/// `2026-11-22 04:10`.
fn moment(at_ms: i64) -> String {
    let minutes = at_ms.rem_euclid(86_400_000) / 60_000;
    format!("{} {:02}:{:02}", civil::date(at_ms), minutes / 60, minutes % 60)
}
