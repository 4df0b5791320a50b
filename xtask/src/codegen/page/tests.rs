use std::fs;

use super::super::overlay::Overlay;
use super::super::own::Own;
use super::data::Data;
use super::{BEGIN, END, PATH, page, reference};

const DATA: &str = include_str!("../../../data/telemetry.yaml");

fn own() -> (Own, Overlay) {
    let overlay = Overlay::load().expect("it parses");
    let own = Own::load(crate::root(), &overlay).expect("it resolves");
    (own, overlay)
}

fn rendered(data: &str) -> anyhow::Result<String> {
    let (own, overlay) = own();
    reference(&own, &overlay, &Data::parse(data)?)
}

#[test]
fn the_reference_says_what_is_set_when() {
    let page = rendered(DATA).expect("the committed data is right");
    for line in [
        "| `gen_ai.operation.name` | string | required | always | start |",
        "| `gen_ai.input.messages` | structure | opt-in | content is recorded on spans | content |",
        "| `gen_ai.tool.description` | string | recommended | the tool has one | start, sensitive |",
        "| `glassbox.cost.source` | string | conditional | `glassbox.cost.total` is set |  |",
        "| `openai.api.type` | string | recommended | OpenAI and Azure OpenAI: always | start |",
        "| `glassbox.client.cost` | counter, double | `{USD}` | what calls cost, where that is known |  |",
        "| `gen_ai.request.top_k` | of type double |",
        "| span type `gen_ai.plan.internal` | none |",
        "| `glassbox.content.reference.KEY` | string | Where the upload hook stored the full content of an attribute. The key is that attribute's name. |",
        "| `gen_ai.data_source.id` | `gen_ai.invoke_agent.internal` | an agent has no data source; the searches it makes say theirs |",
    ] {
        assert!(
            page.lines().any(|found| found == line),
            "{line} is not in\n{page}"
        );
    }
}

#[test]
fn what_is_emitted_is_said_and_what_is_not_is_left_out_by_name() {
    let cases = [
        (
            "  gen_ai.response.id: { end: the provider said it }\n",
            "",
            "say when gen_ai.response.id is set",
        ),
        (
            "  gen_ai.response.model: { end:",
            "  gen_ai.respond: { end: x }\n  gen_ai.response.model: { end:",
            "nothing carries Some(\"gen_ai.respond\")",
        ),
        (
            "  gen_ai.provider.name: { start: always }",
            "  gen_ai.provider.name: { end: always }",
            "samplers see it",
        ),
        (
            "      gen_ai.data_source.id: an agent",
            "      gen_ai.agent.id: none\n      gen_ai.data_source.id: an agent",
            "lists no Some(\"gen_ai.agent.id\")",
        ),
        (
            "      gen_ai.request.model: { start: its model",
            "      gen_ai.request.top_k: { start: x }\n      gen_ai.request.model: { start: its model",
            "carries no gen_ai.request.top_k",
        ),
        (
            "    mcp.server: Glassbox serves no tools\n",
            "",
            "the span type mcp.server",
        ),
        (
            "  events: {}",
            "  events: { gen_ai.evaluate: x }",
            "no registry has the event",
        ),
        (
            "  - id: gen_ai.plan.internal",
            "  - id: gen_ai.plans",
            "no span type gen_ai.plans",
        ),
        (
            "  - id: glassbox.client.cost",
            "  - id: glassbox.cost",
            "no registry has this metric",
        ),
        (
            "  - id: glassbox.client.cost",
            "  - id: gen_ai.invoke_agent.duration",
            "is there twice",
        ),
        (
            "{ end: the operation failed }",
            "{ after: the operation failed }",
            "parsing xtask/data/telemetry.yaml",
        ),
    ];
    for (right, wrong, wanted) in cases {
        assert!(DATA.contains(right), "{right}");
        let error = rendered(&DATA.replacen(right, wrong, 1)).expect_err(wrong);
        let error = format!("{error:#}");
        assert!(error.contains(wanted), "{wrong}\ngives: {error}");
    }
}

#[test]
fn what_is_written_by_hand_stays() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let path = root.path().join(PATH);
    fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it is writable");
    fs::write(&path, format!("before\n{BEGIN}\nold\n{END}\nafter\n")).expect("it is writable");
    let (own, overlay) = own();
    let page_now = page(root.path(), &own, &overlay).expect("it renders");
    assert!(
        page_now.starts_with(&format!("before\n{BEGIN}\n\n## Spans\n")),
        "{page_now}"
    );
    assert!(
        page_now.ends_with(&format!("\n{END}\nafter\n")),
        "{page_now}"
    );
    fs::write(&path, "no marks\n").expect("it is writable");
    let error = page(root.path(), &own, &overlay).expect_err("it lacks the lines");
    assert!(error.to_string().contains("lacks the line"), "{error}");
}
