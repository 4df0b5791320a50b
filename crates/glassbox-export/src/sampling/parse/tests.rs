use super::*;
use crate::sampling::testing::Chance;

fn policy(text: &str) -> Policy {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn each_policy_has_its_text() {
    let table = [
        ("always", Policy::always()),
        ("error", Policy::error()),
        ("tokens>=1000", Policy::tokens(1_000)),
        ("tokens>1000", Policy::tokens(1_001)),
        ("cost>=0.05", Policy::cost(0.05)),
        ("latency>=5s", Policy::latency(Duration::from_secs(5))),
        (
            "latency>=250ms",
            Policy::latency(Duration::from_millis(250)),
        ),
        (
            "latency>=1.5s",
            Policy::latency(Duration::from_millis(1_500)),
        ),
        ("latency>=2m", Policy::latency(Duration::from_secs(120))),
        ("latency>=1h", Policy::latency(Duration::from_secs(3_600))),
        ("latency>=20us", Policy::latency(Duration::from_micros(20))),
        ("tool=search", Policy::tool("search")),
        (r#"tool="send mail""#, Policy::tool("send mail")),
        (
            "attribute:user.id=alice",
            Policy::attribute("user.id", "alice"),
        ),
        (
            "attribute:user.id=org:alice",
            Policy::attribute("user.id", "org:alice"),
        ),
        (
            "attribute:user.id",
            Policy::attribute("user.id", Matcher::Present),
        ),
        (
            "attribute:gen_ai.request.model=gpt-4*",
            Policy::attribute(
                "gen_ai.request.model",
                Matcher::StartsWith("gpt-4".to_owned()),
            ),
        ),
        (
            r#"attribute:note="a, \"b\" \\ c""#,
            Policy::attribute("note", r#"a, "b" \ c"#),
        ),
        (
            "attribute:http.response.status_code>=500",
            Policy::attribute("http.response.status_code", Matcher::AtLeast(500.0)),
        ),
        ("ratio=0.1", Policy::ratio(0.1)),
        ("!error", Policy::error().not()),
        ("error,ratio=0.1", Policy::error().or(Policy::ratio(0.1))),
        ("error&ratio=0.1", Policy::error().and(Policy::ratio(0.1))),
        (
            "error,tool=a&ratio=0.1",
            Policy::error().or(Policy::tool("a").and(Policy::ratio(0.1))),
        ),
        (
            "(error,tool=a)&!(ratio=0.1,always)",
            (Policy::error().or(Policy::tool("a")))
                .and(Policy::ratio(0.1).or(Policy::always()).not()),
        ),
    ];
    for (text, expected) in table {
        assert_eq!(policy(text), expected, "{text}");
    }
}

#[test]
fn space_means_nothing() {
    let text = " tokens > 1000 , ! ( error & attribute : user.id = alice ) , ratio = 0.1 ";
    let close = "tokens>1000,!(error&attribute:user.id=alice),ratio=0.1";
    assert_eq!(policy(text), policy(close));
}

/// Names are not part of the text.
fn nameless(policy: Policy) -> Policy {
    let rule = match policy.rule {
        Rule::Not(inner) => Rule::Not(Box::new(nameless(*inner))),
        Rule::All(all) => Rule::All(all.into_iter().map(nameless).collect()),
        Rule::Any(any) => Rule::Any(any.into_iter().map(nameless).collect()),
        rule => rule,
    };
    Policy::new(rule)
}

#[test]
fn what_is_written_reads_the_same() {
    let mut chance = Chance::new(7);
    for _ in 0..5_000 {
        let random = nameless(chance.policy());
        assert_eq!(policy(&random.to_string()), random, "{random}");
    }
    let durations = [Duration::ZERO, Duration::MAX, Duration::new(3, 1)];
    let odd = [
        "", " ", "\"", "\\", "a*", "a b", "*", "日本", "(", "=,=", "\n",
    ];
    let policies = durations.map(Policy::latency).into_iter();
    let policies = policies.chain(odd.map(Policy::tool));
    let policies = policies.chain(odd.map(|text| Policy::attribute(text, text)));
    let start = |text: &str| Policy::attribute("a", Matcher::StartsWith(text.to_owned()));
    let policies = policies.chain(odd.map(start));
    for odd in policies.chain([Policy::tokens(u64::MAX), Policy::cost(1e-12)]) {
        assert_eq!(policy(&odd.to_string()), odd, "{odd}");
    }
}

#[test]
fn an_error_names_the_place_and_the_fix() {
    let one = "where always, error, tokens>=N, cost>=USD, latency>=5s, tool=NAME, \
               attribute:KEY=VALUE or ratio=0.1 has to stand";
    let table = [
        ("", format!("at character 1: it ends {one}")),
        ("token>=5", format!("at character 1: \"token\" {one}")),
        ("error,", format!("at character 7: it ends {one}")),
        ("error,,error", format!("at character 7: \",\" {one}")),
        (
            "error error",
            "at character 7: \"error\" where a comma, & or the end has to stand".to_owned(),
        ),
        (
            "tokens=5",
            "at character 7: \"=\" where > as in tokens>=N or tokens>N has to stand".to_owned(),
        ),
        (
            "ß,tokens>=5",
            format!("at character 1: \"ß\" {one}"),
        ),
        (
            "tool=ß,tokens>=many",
            "at character 16: \"many\" where a whole number of tokens has to stand".to_owned(),
        ),
        (
            "cost>0.5",
            "at character 5: \">\" where >= as in cost>=USD has to stand".to_owned(),
        ),
        (
            "cost>=-1,error",
            "at character 7: \"-1\" where a number of US dollars, as 0.05 has to stand".to_owned(),
        ),
        (
            "latency>=5",
            "at character 10: \"5\" where a duration with its unit, as 250ms, 5s or 1m has to stand"
                .to_owned(),
        ),
        (
            "ratio=10",
            "at character 7: \"10\" where a number from 0 to 1 has to stand".to_owned(),
        ),
        (
            "(error",
            "at character 7: it ends where a closing bracket has to stand".to_owned(),
        ),
        (
            "tool=\"a",
            "at character 6: the closing double quote is missing".to_owned(),
        ),
        (
            "attribute:a=",
            "at character 13: it ends where a value; put it into double quotes has to stand"
                .to_owned(),
        ),
        (
            "attribute:=a",
            "at character 11: \"=\" where the key of an attribute has to stand".to_owned(),
        ),
    ];
    for (text, expected) in table {
        let error = text.parse::<Policy>().expect_err(text);
        assert_eq!(error.to_string(), expected, "{text}");
    }
}

#[test]
fn no_text_is_too_deep_or_too_odd() {
    for text in ["(".repeat(100_000), "!".repeat(100_000)] {
        let error = text.parse::<Policy>().expect_err("too deep");
        assert_eq!(
            error.to_string(),
            "at character 65: more than 64 brackets and negations stand inside one another"
        );
    }
    let alphabet: Vec<char> = "error,&!()=><\"*tokens:attribute1s.\\ ß".chars().collect();
    let mut chance = Chance::new(3);
    for _ in 0..20_000 {
        let length = chance.index(20);
        let text: String = (0..length)
            .map(|_| alphabet[chance.index(alphabet.len())])
            .collect();
        if let Ok(policy) = text.parse::<Policy>() {
            assert_eq!(policy.to_string().parse::<Policy>().ok(), Some(policy));
        }
    }
}
