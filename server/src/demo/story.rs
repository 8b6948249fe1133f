//! Two months in the district, and what went wrong in them.

use std::collections::BTreeMap;
use std::path::Path;

use axum::Router;
use serde_json::{Value, json};
use sync_core::ids::Id;

use super::chance::Chance;
use super::district::{RECIPIENTS, Recipient, person_of};
use super::phone::Phone;
use super::{DemoError, StoryClock, forms};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
const DAYS: i64 = 60;

/// From the first day to today.
pub const LENGTH_MS: i64 = (DAYS + 1) * DAY_MS;

/// The district's civil time is ten hours ahead of UTC.
const OFFSET_MS: i64 = 10 * HOUR_MS;

/// The phone that is still out of signal when the story ends, and where what is on it is kept.
const LATE: &str = "maria";
const LATE_LOG: &str = "late-phone.log";

const WORKERS: [&str; 4] = ["anna", "oksana", "sergey", "maria"];

/// Who carries which phone, and whose case is which.
struct Story<'r> {
    router: &'r Router,
    clock: &'r StoryClock,
    chance: Chance,
    phones: BTreeMap<&'static str, Phone>,
    cases: Vec<(Id, &'static Recipient)>,
    desk: Phone,
}

pub async fn tell(router: &Router, clock: &StoryClock, today_ms: i64, data: &Path) -> Result<(), DemoError> {
    let first = midnight(today_ms) - DAYS * DAY_MS;
    clock.set(first + 7 * HOUR_MS);
    let desk = Phone::enrol(router, "vera", "Компьютер Веры", first + 7 * HOUR_MS).await?;
    let mut story =
        Story { router, clock, chance: Chance::new(2026), phones: BTreeMap::new(), cases: Vec::new(), desk };
    story.begin(first).await?;
    for day in 1..DAYS {
        story.day(first + day * DAY_MS, day).await?;
    }
    story.troubles(midnight(today_ms) - DAY_MS).await?;
    story.today(midnight(today_ms), today_ms).await?;
    let late = story.phones.get(LATE).ok_or(DemoError::Story("the late phone"))?;
    std::fs::write(data.join(LATE_LOG), &late.host.log)?;
    Ok(())
}

/// The late phone comes home: what only it had is on the server afterwards.
pub async fn arrive(router: &Router, now_ms: i64, data: &Path) -> Result<usize, DemoError> {
    let path = data.join(LATE_LOG);
    let mut phone = Phone::from_log(router, std::fs::read(&path)?, now_ms);
    let waiting = phone.host.device.waiting();
    phone.sync(now_ms).await?;
    std::fs::write(&path, &phone.host.log)?;
    Ok(waiting)
}

impl Story<'_> {
    /// The workers get phones and register whom they visit.
    async fn begin(&mut self, day_ms: i64) -> Result<(), DemoError> {
        let now_ms = day_ms + 8 * HOUR_MS;
        self.clock.set(now_ms);
        for login in WORKERS {
            let mut phone = Phone::enrol(self.router, login, "Телефон в поле", now_ms).await?;
            for recipient in RECIPIENTS.iter().filter(|recipient| recipient.worker == login) {
                let (doc, record) = phone.write(now_ms, forms::case(recipient, &mut self.chance))?;
                let case = Id(doc.0);
                let person = forms::person(recipient, case, &date(day_ms), &mut self.chance);
                let (_, person) = phone.write(now_ms, person)?;
                let named =
                    json!({"type": "case", "record": record, "doc": doc, "fields": {"person": person}});
                phone.write(now_ms, named)?;
                self.cases.push((case, recipient));
            }
            phone.sync(now_ms).await?;
            self.phones.insert(login, phone);
        }
        Ok(())
    }

    /// A day like any other; on Saturdays the volunteers come.
    async fn day(&mut self, day_ms: i64, number: i64) -> Result<(), DemoError> {
        match weekday(day_ms) {
            5 => self.saturday(day_ms).await,
            6 => Ok(()),
            day => self.working_day(day_ms, number, day).await,
        }
    }

    async fn working_day(&mut self, day_ms: i64, number: i64, weekday: i64) -> Result<(), DemoError> {
        let days_left = DAYS - number;
        for login in WORKERS {
            let mine: Vec<_> = self.cases.iter().filter(|(_, r)| r.worker == login).copied().collect();
            let Some(phone) = self.phones.get_mut(login) else { continue };
            for visit in 0..3u64 {
                let turn = (number as usize * 3 + visit as usize) % mine.len().max(1);
                let Some((case, recipient)) = mine.get(turn) else { continue };
                let hour = 9 + 2 * visit;
                let at_ms = day_ms + (hour as i64 + 1) * HOUR_MS;
                let form = forms::visit(login, recipient, *case, &date(day_ms), hour, &mut self.chance);
                phone.write(at_ms, form)?;
                if weekday == 2 && visit == 1 {
                    phone.write(
                        at_ms,
                        forms::delivery(login, recipient, *case, &date(day_ms), &mut self.chance),
                    )?;
                }
            }
            // Signal every second day or so; the late phone has had none for three days.
            let late = login == LATE && days_left <= 3;
            if !late && (self.chance.percent(60) || days_left == 1) {
                let now_ms = day_ms + 17 * HOUR_MS;
                self.clock.set(now_ms);
                phone.sync(now_ms).await?;
            }
        }
        if weekday == 4 {
            self.review(day_ms + 18 * HOUR_MS, &date(day_ms - 3 * DAY_MS)).await?;
        }
        Ok(())
    }

    async fn saturday(&mut self, day_ms: i64) -> Result<(), DemoError> {
        let teams: [&[&str]; 4] = [&["pavel", "yulia"], &["nadia"], &[], &["lena", "kostya"]];
        let now_ms = day_ms + 15 * HOUR_MS;
        self.clock.set(now_ms);
        for (login, team) in WORKERS.into_iter().zip(teams) {
            let mine: Vec<_> = self.cases.iter().filter(|(_, r)| r.worker == login).copied().collect();
            let Some((case, recipient)) = self.chance.pick(&mine).copied() else { continue };
            let Some(phone) = self.phones.get_mut(login) else { continue };
            phone.write(now_ms, forms::chore(recipient, case, &date(day_ms), team, &mut self.chance))?;
        }
        Ok(())
    }

    /// The coordinator approves what has come in up to a date.
    async fn review(&mut self, now_ms: i64, to: &str) -> Result<(), DemoError> {
        self.clock.set(now_ms);
        loop {
            let path = format!("/v1/records?state=received&to={to}&limit=100");
            let page = self.desk.rest(now_ms, "GET", &path, &Value::Null).await?;
            let items = items_of(&page);
            if items.is_empty() {
                return Ok(());
            }
            let body = json!({"items": items, "decision": "approve"});
            self.desk.rest(now_ms, "POST", "/v1/reviews", &body).await?;
        }
    }

    /// What a coordinator must be able to deal with.
    async fn troubles(&mut self, day_ms: i64) -> Result<(), DemoError> {
        let now_ms = day_ms + 19 * HOUR_MS;
        self.clock.set(now_ms);
        self.conflict(now_ms).await?;
        self.late_work(day_ms, now_ms).await?;
        self.never_granted(day_ms, now_ms).await?;
        self.edited(now_ms).await
    }

    /// Two workers know the way in, each another one, both without signal.
    async fn conflict(&mut self, now_ms: i64) -> Result<(), DemoError> {
        let case = self.case_of("anna", 0)?;
        self.assign(now_ms, case, "oksana").await?;
        self.phone("oksana")?.sync(now_ms).await?;
        let ways = [
            ("anna", "Калитку починили, входить с улицы."),
            ("oksana", "Хвіртка зачинена, заходити з городу."),
        ];
        for (login, way) in ways {
            let phone = self.phone(login)?;
            let row =
                phone.rows_of("case", case).into_iter().next().ok_or(DemoError::Story("a shared case"))?;
            let form = json!({"type": "case", "record": row.id, "doc": row.doc, "fields": {"way_in": way}});
            phone.write(now_ms, form)?;
        }
        for (login, _) in ways {
            self.phone(login)?.sync(now_ms).await?;
        }
        Ok(())
    }

    /// A substitute's visit arrives after the substitution has ended.
    async fn late_work(&mut self, day_ms: i64, now_ms: i64) -> Result<(), DemoError> {
        let case = self.case_of("anna", 1)?;
        let recipient = self.recipient(case)?;
        self.assign(now_ms, case, "oksana").await?;
        self.phone("oksana")?.sync(now_ms).await?;
        let form = forms::visit("oksana", recipient, case, &date(day_ms), 15, &mut self.chance);
        self.phone("oksana")?.write(now_ms, form)?;
        let path = format!("/v1/cases/{case}/assignments/{}", person_of("oksana"));
        self.desk.rest(now_ms, "DELETE", &path, &Value::Null).await?;
        self.phone("oksana")?.sync(now_ms).await
    }

    /// A visit to somebody whom this worker was never given: kept, and shown with the reason.
    async fn never_granted(&mut self, day_ms: i64, now_ms: i64) -> Result<(), DemoError> {
        let case = self.case_of("maria", 0)?;
        let recipient = self.recipient(case)?;
        let form = forms::visit("sergey", recipient, case, &date(day_ms), 16, &mut self.chance);
        let phone = self.phone("sergey")?;
        phone.write(now_ms, form)?;
        phone.sync(now_ms).await
    }

    /// An approved visit is changed afterwards.
    async fn edited(&mut self, now_ms: i64) -> Result<(), DemoError> {
        let phone = self.phone("sergey")?;
        phone.sync(now_ms).await?;
        let approved = phone
            .rows("visit")
            .into_iter()
            .find(|row| row.review.is_some())
            .ok_or(DemoError::Story("an approved visit"))?;
        let fields = json!({"end": "12:30"});
        phone.write(
            now_ms,
            json!({"type": "visit", "record": approved.id, "doc": approved.doc, "fields": fields}),
        )?;
        phone.sync(now_ms).await
    }

    /// The last day: offers for volunteers, one visit comes back with a question.
    async fn today(&mut self, day_ms: i64, now_ms: i64) -> Result<(), DemoError> {
        self.clock.set(now_ms);
        let due = date(day_ms + 5 * DAY_MS);
        for (login, kind) in [("anna", "snow"), ("sergey", "firewood"), ("oksana", "yard")] {
            let case = self.case_of(login, 2)?;
            let recipient = self.recipient(case)?;
            self.phone(login)?.write(now_ms, forms::offer(recipient, case, kind, &due))?;
            self.phone(login)?.sync(now_ms).await?;
        }
        let path = format!("/v1/records?state=received&type=visit&worker={}&limit=1", person_of("anna"));
        let page = self.desk.rest(now_ms, "GET", &path, &Value::Null).await?;
        let body = json!({
            "items": items_of(&page), "decision": "return",
            "comment": "Напишите, пожалуйста, кто открыл дверь и во сколько закончили.",
        });
        self.desk.rest(now_ms, "POST", "/v1/reviews", &body).await?;
        self.desk.sync(now_ms).await?;
        self.phone("anna")?.sync(now_ms).await
    }

    async fn assign(&mut self, now_ms: i64, case: Id, login: &str) -> Result<(), DemoError> {
        let path = format!("/v1/cases/{case}/assignments");
        let body = json!({"person": person_of(login), "substitute": true});
        self.desk.rest(now_ms, "POST", &path, &body).await.map(drop)
    }

    fn phone(&mut self, login: &str) -> Result<&mut Phone, DemoError> {
        self.phones.get_mut(login).ok_or(DemoError::Story("a phone"))
    }

    fn case_of(&self, login: &str, nth: usize) -> Result<Id, DemoError> {
        let mut cases = self.cases.iter().filter(|(_, recipient)| recipient.worker == login);
        cases.nth(nth).map(|(case, _)| *case).ok_or(DemoError::Story("a case"))
    }

    fn recipient(&self, case: Id) -> Result<&'static Recipient, DemoError> {
        let found = self.cases.iter().find(|(known, _)| *known == case);
        found.map(|(_, recipient)| *recipient).ok_or(DemoError::Story("a recipient"))
    }
}

/// The records of a page of the desk with the digests seen there.
fn items_of(page: &Value) -> Vec<Value> {
    let items = page.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    items.iter().map(|item| json!({"record": item.get("id"), "digest": item.get("digest")})).collect()
}

/// Local midnight, as UTC.
fn midnight(now_ms: i64) -> i64 {
    (now_ms + OFFSET_MS).div_euclid(DAY_MS) * DAY_MS - OFFSET_MS
}

/// Monday is 0.
fn weekday(day_ms: i64) -> i64 {
    ((day_ms + OFFSET_MS).div_euclid(DAY_MS) + 3).rem_euclid(7)
}

/// The civil date in the district.
fn date(now_ms: i64) -> String {
    sync_core::civil::date(now_ms + OFFSET_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_week() {
        // 2026-11-22 12:00 in the district is a Sunday.
        let noon = 1_795_312_800_000;
        assert_eq!(date(noon), "2026-11-22");
        assert_eq!(weekday(midnight(noon)), 6);
        assert_eq!(date(midnight(noon)), "2026-11-22");
    }
}
