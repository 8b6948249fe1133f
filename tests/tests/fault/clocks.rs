//! Servers whose clock is ten years off, and phones that hear it from them.

use footpath_tests::binary::Footpath;
use footpath_tests::district::District;

use crate::conditions::{another_time, skipped};
use crate::promises::{kept_after_a_kill, two_walkers};

const TEN_YEARS: i32 = 3652;

/// The phones are right and the server is not: they still understand one another, and when the server is put
/// right, they do again.
#[test]
fn a_server_ten_years_off_takes_everything_and_is_followed_back() {
    for days in [TEN_YEARS, -TEN_YEARS] {
        let Some(wrong) = another_time(days) else {
            return skipped("clocks ten years off: libfaketime is not here");
        };
        let mut footpath = Footpath::new();
        footpath.variables = wrong;
        let mut district = District::on(footpath, &["anna"]);
        let (mut walkers, cases) = two_walkers(&mut district);
        for (n, walker) in walkers.iter_mut().enumerate() {
            walker.phone.visit(cases[n], &format!("while the server is {days} days off {n}")).expect("saved");
            walker.sync_all();
        }
        // Somebody sets the clock.
        for walker in walkers.iter_mut() {
            walker
                .phone
                .visit(cases[3], &format!("before the clock is set {}", walker.phone.device()))
                .expect("saved");
        }
        assert!(district.footpath.stop(), "it ends well");
        district.footpath.variables.clear();
        district.footpath.start();
        for (n, walker) in walkers.iter_mut().enumerate() {
            walker.sync_all();
            walker.phone.visit(cases[n], &format!("after the clock is set {n}")).expect("saved");
        }
        kept_after_a_kill(&mut district, &mut walkers);
        println!("a server {days} days off: everything taken, then and after its clock was set");
    }
}
