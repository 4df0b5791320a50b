use super::*;

fn trace(id: usize) -> TraceId {
    TraceId::from(id as u128)
}

#[test]
fn what_was_heard_of_last_is_remembered() {
    let mut verdicts = Verdicts::new(8);
    let kept: Fate = Some("error".into());
    verdicts.insert(trace(0), kept.clone());
    for id in 1..1_000 {
        verdicts.insert(trace(id), None);
        assert_eq!(
            verdicts.get(trace(0)),
            Some(kept.clone()),
            "heard of all the time"
        );
        assert_eq!(verdicts.get(trace(id)), Some(None));
        assert!(verdicts.newer.len() + verdicts.older.len() <= 8);
    }
    assert_eq!(verdicts.get(trace(999)), Some(None));
    assert_eq!(verdicts.get(trace(900)), None);
}

#[test]
fn nothing_is_remembered_without_room() {
    let mut verdicts = Verdicts::new(0);
    verdicts.insert(trace(1), None);
    assert_eq!(verdicts.get(trace(1)), None);
}
