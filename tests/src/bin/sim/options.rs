//! What the simulator is asked to do.

use std::path::PathBuf;

use footpath_tests::sim::planted::Bug;

pub const USAGE: &str = "sim [--days N] [--seed S | --seeds A..B] [--jobs J] [--planted BUG] [--no-shrink] \
    [--out FOLDER] [--replay FILE]";

#[derive(Debug)]
pub struct Options {
    pub days: usize,
    /// The first seed, and the one after the last.
    pub first: u64,
    pub end: u64,
    pub jobs: usize,
    pub planted: Option<Bug>,
    pub shrink: bool,
    pub out: PathBuf,
    pub replay: Option<PathBuf>,
}

impl Options {
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            days: 30,
            first: 1,
            end: 13,
            jobs: 1,
            planted: None,
            shrink: true,
            out: "target/sim".into(),
            replay: None,
        };
        while let Some(word) = words.next() {
            if word == "--no-shrink" {
                options.shrink = false;
                continue;
            }
            let value = words.next().ok_or(format!("{word} wants a value"))?;
            match word.as_str() {
                "--days" => options.days = number(&value)? as usize,
                "--seed" => (options.first, options.end) = (number(&value)?, number(&value)? + 1),
                "--seeds" => {
                    let (from, to) = value.split_once("..").ok_or("--seeds wants A..B")?;
                    (options.first, options.end) = (number(from)?, number(to)?);
                }
                "--jobs" => options.jobs = number(&value)?.max(1) as usize,
                "--planted" => {
                    options.planted = Some(Bug::named(&value).ok_or(format!("no such bug: {value}"))?);
                }
                "--out" => options.out = value.into(),
                "--replay" => options.replay = Some(value.into()),
                _ => return Err(format!("{word} is not known here")),
            }
        }
        Ok(options)
    }
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{text} is not a number"))
}
