//! Civil dates from milliseconds, without a clock or a table of zones: add a zone's offset before, if any.

use crate::ids::Month;

const DAY_MS: i64 = 86_400_000;

/// The UTC month of a time in milliseconds since 1970.
pub fn month(ms: i64) -> Month {
    let (year, month, _) = civil(ms);
    Month(u32::try_from(year * 12 + month - 1).unwrap_or(0))
}

/// The UTC date of a time in milliseconds since 1970, as `2026-05-31`.
pub fn date(ms: i64) -> String {
    let (year, month, day) = civil(ms);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Year, month 1–12, day 1–31; after Howard Hinnant's public-domain algorithm.
fn civil(ms: i64) -> (i64, i64, i64) {
    let days = ms.div_euclid(DAY_MS) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // Months counted from March, so that the leap day comes last.
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days() {
        for (ms, day) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (951_782_399_000, "2000-02-28"),
            (951_782_400_000, "2000-02-29"),
            (951_868_800_000, "2000-03-01"),
            (1_798_761_599_000, "2026-12-31"),
            (1_798_761_600_000, "2027-01-01"),
            (4_102_444_800_000, "2100-01-01"),
        ] {
            assert_eq!(date(ms), day, "{ms}");
            assert_eq!(month(ms).to_string(), day[..7], "{ms}");
        }
    }
}
