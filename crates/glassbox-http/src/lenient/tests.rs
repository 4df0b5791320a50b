use serde::Deserialize;

use super::{Amount, Count, Flag, Json, List, Maybe, Raws, Word};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct All<'a> {
    #[serde(borrow)]
    word: Word<'a>,
    count: Count,
    amount: Amount,
    flag: Flag,
    maybe: Maybe<Inner>,
    list: List<Inner>,
    #[serde(borrow)]
    raws: Raws<'a>,
    #[serde(borrow)]
    json: Json<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Inner {
    count: Count,
}

fn with(value: &str) -> String {
    let fields = [
        "word", "count", "amount", "flag", "maybe", "list", "raws", "json",
    ];
    let fields = fields.map(|field| format!(r#""{field}":{value}"#));
    format!("{{{}}}", fields.join(","))
}

#[test]
fn a_value_of_any_kind_is_read_by_every_type() {
    for value in [
        "null",
        "true",
        "0",
        "-3",
        "1.5",
        "1e400",
        "99999999999999999999",
        r#""text""#,
        r#""\u00e4""#,
        "[]",
        r#"[1,"a",null,{"count":2}]"#,
        "{}",
        r#"{"count":{"count":[]}}"#,
    ] {
        let text = with(value);
        let read: Result<All<'_>, _> = serde_json::from_str(&text);
        // JSON has no number that large, and says so itself.
        assert_eq!(read.is_ok(), value != "1e400", "{value}: {read:?}");
    }
}

#[test]
fn each_type_takes_what_it_understands() {
    let number = with("7");
    let number: All<'_> = serde_json::from_str(&number).unwrap();
    assert_eq!(number.word.as_str(), "7");
    assert_eq!((number.count.0, number.amount.0), (Some(7), Some(7.0)));
    let negative = with("-7");
    let negative: All<'_> = serde_json::from_str(&negative).unwrap();
    assert_eq!((negative.count.0, negative.amount.0), (None, Some(-7.0)));
    let list = with(r#"[{"count":1},5,{"count":2.0}]"#);
    let list: All<'_> = serde_json::from_str(&list).unwrap();
    let counts: Vec<_> = list.list.0.iter().map(|inner| inner.count.0).collect();
    assert_eq!(counts, [Some(1), Some(2)], "what is no object is left out");
    assert_eq!(list.raws.0.len(), 3);
    assert_eq!(list.json.as_str(), r#"[{"count":1},5,{"count":2.0}]"#);
    let flag = with("true");
    let flag: All<'_> = serde_json::from_str(&flag).unwrap();
    assert!(flag.flag.is_set() && flag.maybe.0.is_none());
    let empty = with(r#""""#);
    let empty: All<'_> = serde_json::from_str(&empty).unwrap();
    assert_eq!((empty.word.given(), empty.word.as_str()), (None, ""));
}

#[test]
fn what_is_not_json_is_an_error() {
    let whole = with(r#"[{"count":1}]"#);
    for end in 1..whole.len() {
        assert!(serde_json::from_str::<All<'_>>(&whole[..end]).is_err());
    }
}
