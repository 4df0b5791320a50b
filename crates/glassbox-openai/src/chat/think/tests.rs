use super::*;

/// What comes of pieces: the reasoning, and the text.
fn told(pieces: &[&str]) -> (String, String) {
    let mut thinking = Thinking::new(true);
    let mut told = Vec::new();
    for piece in pieces {
        thinking.push(piece, &mut told);
    }
    thinking.settle(&mut told);
    let (mut reasoning, mut text) = (String::new(), String::new());
    for piece in told {
        match piece {
            Told::Reasoning(piece) => {
                assert!(text.is_empty(), "reasoning comes first");
                reasoning.push_str(&piece);
            }
            Told::Text(piece) => text.push_str(&piece),
        }
    }
    (reasoning, text)
}

#[test]
fn reasoning_is_told_from_text_however_it_is_cut() {
    for (whole, reasoning, text) in [
        ("<think>\nhm,  so\n</think>\n\n42 ", "hm,  so", "42 "),
        (" <think>a < b </b> é</think>x", "a < b </b> é", "x"),
        ("<think></think>x", "", "x"),
        ("<think>cut in the mid", "cut in the mid", ""),
        ("<think>cut in the tag</thi", "cut in the tag</thi", ""),
        ("<think>only</think>", "only", ""),
    ] {
        let expected = (reasoning.to_owned(), text.to_owned());
        assert_eq!(told(&[whole]), expected, "{whole:?}");
        let characters: Vec<String> = whole.chars().map(String::from).collect();
        let characters: Vec<&str> = characters.iter().map(String::as_str).collect();
        assert_eq!(told(&characters), expected, "{whole:?}");
    }
}

#[test]
fn what_does_not_begin_with_the_tag_is_text_unchanged() {
    for text in [
        "plain",
        " \n plain <think>later</think>",
        "<thing>",
        "<thi",
        "<",
        "  ",
        "</think>x",
        "",
    ] {
        assert_eq!(told(&[text]), (String::new(), text.to_owned()));
        let characters: Vec<String> = text.chars().map(String::from).collect();
        let characters: Vec<&str> = characters.iter().map(String::as_str).collect();
        assert_eq!(told(&characters), (String::new(), text.to_owned()));
    }
}

#[test]
fn who_does_not_look_finds_nothing() {
    let mut told = Vec::new();
    Thinking::new(false).push("<think>a</think>b", &mut told);
    assert_eq!(told, [Told::Text("<think>a</think>b".to_owned())]);
}
