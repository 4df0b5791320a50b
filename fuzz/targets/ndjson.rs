#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| glassbox_e2e::properties::hold("ndjson", input));
