//! Admission is cheap enough for a cheap server; loose bounds, the bench has the figures.

use footpath_tests::admission_cost::measure;

#[test]
fn a_visit_is_vetted_in_milliseconds() {
    let cost = measure(12, 50);
    println!("{cost:?}");
    assert!(cost.median_us <= cost.p99_us);
    assert!(cost.median_us < 200_000.0, "{cost:?}");
}
