use prost::encoding::encode_varint;

use crate::otlp::encode::backward::Backward;

#[test]
fn varints_are_as_short_as_they_can_be() {
    let edges = (0..64).flat_map(|bit| [1u64 << bit, (1 << bit) - 1, (1 << bit) + 1]);
    for value in edges.chain([u64::MAX]) {
        let mut out = Backward::default();
        out.varint(1, value);
        let mut expected = vec![0x08];
        encode_varint(value, &mut expected);
        assert_eq!(out.written(), expected, "{value}");
    }
}

#[test]
fn lengths_of_messages_are_right_around_their_edges() {
    for length in [
        0, 1, 126, 127, 128, 129, 16_383, 16_384, 2_097_151, 2_097_152,
    ] {
        let mut out = Backward::default();
        out.message(2, |out| out.put(&vec![7; length]));
        let mut expected = vec![0x12];
        encode_varint(length as u64, &mut expected);
        expected.resize(expected.len() + length, 7);
        assert!(out.written() == expected, "{length}");
    }
}

#[test]
fn a_buffer_that_grows_keeps_what_it_has() {
    let mut out = Backward::over(vec![1; 3]);
    let mut expected = Vec::new();
    for length in 0..1000 {
        let piece = vec![length as u8; length];
        out.put(&piece);
        expected.splice(0..0, piece);
    }
    assert!(out.written() == expected);
    let again = Backward::over(out.into_inner());
    assert_eq!(again.written(), b"");
}

#[test]
fn what_is_nothing_is_left_out_where_it_may_be() {
    let mut out = Backward::default();
    out.text(1, "");
    out.count(1, 0);
    assert_eq!(out.written(), b"");
    out.bytes(1, b"");
    assert_eq!(out.written(), [0x0a, 0]);
    out.varint(2, 0);
    assert_eq!(out.written(), [0x10, 0, 0x0a, 0]);
    out.fixed64(3, 1);
    assert_eq!(out.written()[..9], [0x19, 1, 0, 0, 0, 0, 0, 0, 0]);
}
