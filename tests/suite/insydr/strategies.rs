//! How questions are understood: by themselves, with what was said before, taken apart, across languages.
use crate::harness::{Owner, TestApp};
use serde_json::{Value, json};

const PLANS: &str = "# Pricing plans\n\nThe Starter plan costs 19 dollars a month. The Pro plan costs 49 dollars a month. \
    Students get half off the Pro plan.\n\n\
    # Refunds\n\nYou can get a refund within 30 days of your purchase. Refunds are paid to the card that was charged.\n\n\
    # Passwords\n\nTo reset your password, open the account page and choose Reset password. A mail with a link arrives.\n";

struct AgentFixture {
    app: TestApp,
    owner: Owner,
    agent: String,
    key: String,
}

impl AgentFixture {
    async fn new(strategy: &str, documents: &[(&str, &str)]) -> Self {
        let app = TestApp::new();
        let owner = app.owner("ann@example.com").await;
        app.set_plan(&owner, "ENTERPRISE").await;
        for (name, text) in documents {
            owner.upload_and_index(&app, name, text).await;
        }
        let settings = json!({
            "response_config": { "confidence_threshold": 0.5, "strategy": strategy },
            "fallback_message": "That is not in our documents."
        });
        let agent = app.published_agent(&owner, settings).await;
        let key = app.widget_key(&owner).await;
        Self { app, owner, agent, key }
    }

    /// Asks within one conversation; returns the text of the answer, its sources and its trace.
    async fn ask(&self, question: &str) -> (String, Vec<Value>, Value) {
        let frames = self
            .app
            .ask(&self.key, &self.agent, "s", question)
            .send()
            .await
            .frames();
        let of_type = |name: &'static str| frames.iter().filter(move |it| it["type"] == name);
        let text = of_type("token").map(|it| it["content"].as_str().unwrap()).collect();
        let sources = of_type("sources").flat_map(|it| it["sources"].as_array().unwrap().clone());
        let id = frames[0]["message_id"].as_str().unwrap();
        let trace = self.owner.get(&self.app, &format!("/messages/{id}/trace")).await;
        (text, sources.collect(), trace.expect(200))
    }
}

#[tokio::test]
async fn a_follow_up_uses_the_conversation_except_in_redwood() {
    let fixture = AgentFixture::new("CEDAR", &[("plans.md", PLANS)]).await;
    let (text, _, _) = fixture.ask("What does the Pro plan cost?").await;
    assert!(text.contains("49 dollars"), "{text}");
    let (text, sources, trace) = fixture.ask("And for students?").await;
    assert!(text.contains("half off the Pro plan"), "{text}");
    assert!(!sources.is_empty());
    assert_ne!(trace["standalone_question"], "And for students?");
    let fixture = AgentFixture::new("REDWOOD", &[("plans.md", PLANS)]).await;
    fixture.ask("What does the Pro plan cost?").await;
    let (_, _, trace) = fixture.ask("And for students?").await;
    assert_eq!(
        (&trace["strategy"], &trace["standalone_question"]),
        (&json!("REDWOOD"), &json!("And for students?"))
    );
}

#[tokio::test]
async fn a_change_of_subject_does_not_drag_the_old_one_along() {
    let fixture = AgentFixture::new("CEDAR", &[("plans.md", PLANS)]).await;
    fixture.ask("What does the Pro plan cost?").await;
    let (text, _, _) = fixture.ask("How do I reset my password?").await;
    assert!(
        text.contains("Reset password") && !text.contains("49 dollars"),
        "{text}"
    );
    let (text, sources, _) = fixture.ask("Who won the chess championship in 1972?").await;
    assert_eq!((text.as_str(), sources.len()), ("That is not in our documents.", 0));
}

#[tokio::test]
async fn cypress_answers_every_part_with_its_own_sources() {
    let question = "How do I reset my password and how long can I get a refund?";
    let fixture = AgentFixture::new("CYPRESS", &[("plans.md", PLANS)]).await;
    let (text, sources, trace) = fixture.ask(question).await;
    let [password, refund] = ["Reset password", "within 30 days"].map(|it| text.find(it).expect(it));
    assert!(password < refund, "in the order of the question: {text}");
    assert!(text.contains("[1]") && text.contains("[2]"), "{text}");
    assert_eq!(sources.len(), 2, "{sources:?}");
    assert_eq!(trace["strategy"], "CYPRESS");
    assert_eq!(trace["standalone_question"].as_str().unwrap().lines().count(), 2);
}

#[tokio::test]
async fn a_part_that_has_no_answer_is_said_to_have_none() {
    let question = "How do I reset my password and who won the chess championship in 1972?";
    let fixture = AgentFixture::new("CYPRESS", &[("plans.md", PLANS)]).await;
    let (text, sources, _) = fixture.ask(question).await;
    assert!(text.contains("Reset password"), "{text}");
    assert!(text.ends_with("\n\nThat is not in our documents."), "{text}");
    assert_eq!(sources.len(), 1);
}

#[tokio::test]
async fn an_answer_in_another_language_says_which() {
    let german = "# Öffnungszeiten\n\nUnser Museum in Lanternfish ist von neun bis fünf Uhr geöffnet. Der Eintritt in \
        das Museum Lanternfish kostet für Erwachsene acht Euro, und für Kinder ist er frei.\n";
    let fixture = AgentFixture::new("CEDAR", &[("museum.md", german)]).await;
    let lenient = json!({ "response_config": { "confidence_threshold": 0.0 } });
    let agent = fixture.app.published_agent(&fixture.owner, lenient).await;
    let answer = fixture
        .owner
        .test(
            &fixture.app,
            &agent,
            "What does it cost to visit the Museum Lanternfish?",
        )
        .await;
    let text = answer["response"].as_str().unwrap();
    assert!(text.contains("acht Euro"), "{text}");
    assert!(text.ends_with("(The document is in German.)"), "{text}");
    let answer = fixture
        .owner
        .test(
            &fixture.app,
            &agent,
            "Was kostet der Eintritt in das Museum Lanternfish?",
        )
        .await;
    assert!(
        !answer["response"].as_str().unwrap().contains("The document is in"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_fixed_language_is_preferred_only_where_it_answers() {
    let returns = "# Returns\n\nYou can return a purchase within 30 days. Bring the receipt and the box along.\n";
    let retouren =
        "# Retouren\n\nSie können einen Einkauf innerhalb von 30 Tagen zurückgeben. Bitte bringen Sie den Beleg mit.\n";
    let museum = "# Anfahrt\n\nUnser Museum liegt neben dem Bahnhof, und der Eingang ist auf der Seite des Parks.\n";
    let fixture = AgentFixture::new("CEDAR", &[("returns.md", returns), ("museum.md", museum)]).await;
    let german = json!({
        "behavior_settings": { "language_mode": "de" },
        "response_config": { "confidence_threshold": 0.5 }
    });
    let agent = fixture.app.published_agent(&fixture.owner, german).await;
    let question = "Within how many days can I return a purchase?";
    let answer = fixture.owner.test(&fixture.app, &agent, question).await;
    assert!(answer["response"].as_str().unwrap().contains("30 days"), "{answer}");
    fixture
        .owner
        .upload_and_index(&fixture.app, "retouren.md", retouren)
        .await;
    let question = "Innerhalb von wie vielen Tagen kann ich einen Einkauf zurückgeben?";
    let answer = fixture.owner.test(&fixture.app, &agent, question).await;
    assert!(answer["response"].as_str().unwrap().contains("30 Tagen"), "{answer}");
    assert!(!answer["sources"].to_string().contains("returns.md"), "{answer}");
}

#[tokio::test]
async fn an_unknown_strategy_is_refused_by_name() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let body = json!({ "name": "Bot", "response_config": { "strategy": "OAK" } });
    let refused = owner.post(&app, "/agents", body).await.refusal();
    let field = Some("response_config.strategy".into());
    assert_eq!(refused, (400, "VALIDATION_ERROR".into(), field));
}
