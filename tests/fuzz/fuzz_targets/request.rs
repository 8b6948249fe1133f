#![no_main]

libfuzzer_sys::fuzz_target!(init: footpath_fuzz::begin(), |data: &[u8]| {
    footpath_fuzz::run(footpath_fuzz::targets::request::run, data);
});
