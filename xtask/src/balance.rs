//! `cargo xtask balance`: how evenly a Collector's first tier spreads traces over the second, and what moves when an
//! instance is added.
//!
//! The ring is made as the Collector's exporter `loadbalancing` makes it: 36,000 positions, a hundred points for each
//! instance, a CRC-32 of a trace's id says its position, and the next point's instance gets it.

use std::collections::BTreeMap;

#[cfg(test)]
mod tests;

const POSITIONS: u32 = 36_000;
const POINTS: u8 = 100;
const TRACES: u64 = 100_000;

/// Prints the table that `docs/scale.md` has.
pub(crate) fn run() {
    println!("| instances | least | most | moved when one is added |\n| --- | --- | --- | --- |");
    for count in [2, 3, 5, 10, 20] {
        let spread = Spread::of(count);
        let [least, most, moved] =
            [spread.least, spread.most, spread.moved].map(|part| part * 100.0);
        println!("| {count} | {least:.1} % | {most:.1} % | {moved:.1} % |");
    }
}

/// Parts of all traces.
#[derive(Debug)]
struct Spread {
    /// That the instance with the fewest has.
    least: f64,
    /// That the instance with the most has.
    most: f64,
    /// That another instance has when one is added.
    moved: f64,
}

impl Spread {
    fn of(count: u8) -> Self {
        let (before, after) = (ring(count), ring(count + 1));
        let mut traces = vec![0_u64; usize::from(count)];
        let mut moved = 0;
        for trace in 0..TRACES {
            let id = trace_id(trace);
            let instance = owner(&before, &id);
            traces[usize::from(instance)] += 1;
            moved += u64::from(owner(&after, &id) != instance);
        }
        let part = |traces: u64| traces as f64 / TRACES as f64;
        Self {
            least: part(traces.iter().copied().min().unwrap_or_default()),
            most: part(traces.iter().copied().max().unwrap_or_default()),
            moved: part(moved),
        }
    }
}

/// The points of `count` instances, which have the addresses that one after the other gets from a container engine.
fn ring(count: u8) -> BTreeMap<u32, u8> {
    let mut points = BTreeMap::new();
    for instance in 0..count {
        let endpoint = format!("172.18.0.{}:4317", instance + 10);
        for point in 0..POINTS {
            let position = crc32fast::hash(&[endpoint.as_bytes(), &[point]].concat()) % POSITIONS;
            // Who came first keeps it.
            points.entry(position).or_insert(instance);
        }
    }
    points
}

fn owner(ring: &BTreeMap<u32, u8>, trace: &[u8; 16]) -> u8 {
    let position = crc32fast::hash(trace) % POSITIONS;
    let next = ring.range(position..).next().or_else(|| ring.iter().next());
    next.map_or(0, |(_, instance)| *instance)
}

/// An id as random as any, and the same in every run (SplitMix64).
fn trace_id(number: u64) -> [u8; 16] {
    let mix = |seed: u64| {
        let mut mixed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    };
    let high = u128::from(mix(2 * number + 1));
    (high << 64 | u128::from(mix(2 * number + 2))).to_be_bytes()
}
