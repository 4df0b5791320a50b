use super::{Spread, owner, ring, trace_id};

#[test]
fn an_instance_that_is_added_takes_traces_and_moves_none_between_others() {
    let (before, after) = (ring(4), ring(5));
    let mut taken = 0;
    for id in (0..10_000).map(trace_id) {
        let (was, is) = (owner(&before, &id), owner(&after, &id));
        assert!(is == was || is == 4, "from {was} to {is}");
        taken += u32::from(is == 4);
    }
    assert!((1_000..3_000).contains(&taken), "{taken} of 10,000");
}

#[test]
fn the_page_has_what_the_simulation_gives() {
    let page = include_str!("../../../docs/scale.md");
    for count in [2, 3, 5, 10, 20] {
        let spread = Spread::of(count);
        let [least, most, moved] =
            [spread.least, spread.most, spread.moved].map(|part| part * 100.0);
        let row = format!("| {count} | {least:.1} % | {most:.1} % | {moved:.1} % |");
        assert!(page.contains(&row), "docs/scale.md lacks {row}");
    }
}
