use glassbox_core::{Parameters, Request};
use serde_json::json;

use super::answers::TEXT;
use super::history::leaves;
use super::stage::Laws;
use crate::Turn;

impl Laws {
    /// Several answers to one question stay apart, and in their order.
    pub async fn choices_stay_apart(&self) {
        const LAW: &str = "choices_stay_apart";
        if !self.runs(LAW) {
            return;
        }
        let turns = [TEXT, "Zweitens: nein.", "第三。"].map(Turn::text);
        let three = Parameters::new().with_choice_count(3);
        let request = Request::new("Say it in three ways.").with_parameters(three);
        for delivery in self.deliveries() {
            let body = self.wire().choices(&turns, delivery);
            let body = body.expect("a host with choices spells several answers");
            for over in self.ways() {
                let request = request.clone().with_delivery(delivery);
                let played = self.play_body(request, &body, over).await;
                let response = played.complete();
                let texts = response.choices.iter().map(|choice| choice.message.text());
                assert_eq!(
                    texts.collect::<Vec<_>>(),
                    turns.each_ref().map(|turn| &*turn.text),
                    "{delivery:?} {over:?}"
                );
                let asked = leaves(&played.body()).iter().any(|leaf| *leaf == json!(3));
                assert!(asked, "the number of answers is not in the request");
            }
        }
        self.held();
    }
}
