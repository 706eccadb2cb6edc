//! What questions become that lean on what was said, and that those that do not are left alone.

use super::*;

const PLANS: &str = "How much does the Starter plan cost?";

fn visitor(text: &str) -> Turn<'_> {
    Turn { is_visitor: true, text }
}

fn agent(text: &str) -> Turn<'_> {
    Turn {
        is_visitor: false,
        text,
    }
}

fn text(question: &str, turns: &[Turn<'_>]) -> String {
    contextualize(question, turns).text
}

#[test]
fn a_question_without_a_conversation_is_left_alone() {
    let alone = contextualize(" And for students? ", &[]);
    assert_eq!(
        (alone.question.as_str(), alone.text.as_str()),
        ("And for students?", "And for students?")
    );
    assert!(alone.context.is_empty());
}

#[test]
fn a_part_of_a_question_is_put_to_the_one_before() {
    let turns = [visitor(PLANS), agent("It costs 19 EUR a month.")];
    assert_eq!(
        text("and for students?", &turns),
        "How much does the Starter plan cost for students?"
    );
    assert_eq!(
        text("And with a yearly contract?", &turns),
        "How much does the Starter plan cost with a yearly contract?"
    );
    assert_eq!(
        text("What about the Pro plan?", &turns),
        "How much does the Starter plan cost? What about the Pro plan?"
    );
    assert_eq!(text("Pro?", &turns), "How much does the Starter plan cost? Pro?");
}

#[test]
fn a_pronoun_brings_the_question_it_points_at() {
    let turns = [
        visitor("Where do I find the API key?"),
        agent("Under Settings."),
        visitor("ok thanks"),
        agent("You are welcome."),
    ];
    assert_eq!(
        text("Can I change it?", &turns),
        "Where do I find the API key? Can I change it?"
    );
}

#[test]
fn a_reply_is_read_with_what_was_offered() {
    let turns = [visitor("I need a refund"), agent("I can help. Did you pay by card?")];
    assert_eq!(text("Yes, I did", &turns), "I need a refund Did you pay by card?");
}

#[test]
fn an_ordinal_names_an_item_of_the_answer() {
    let listed = [
        visitor("How can I pay?"),
        agent("There are three ways:\n\n1. Credit card\n2. Bank transfer\n3. PayPal"),
    ];
    let question = |question: &str, turns: &[Turn<'_>]| contextualize(question, turns).question;
    assert_eq!(
        question("How long does the second one take?", &listed),
        "How long does Bank transfer take?"
    );
    assert_eq!(question("What about the last?", &listed), "What about PayPal?");
    assert_eq!(question("Is option 1 safe?", &listed), "Is Credit card safe?");
    let said = [
        visitor("What plans are there?"),
        agent("We offer the Starter plan, the Team plan, and the Pro plan."),
    ];
    assert_eq!(
        question("how much is the second one?", &said),
        "how much is the Team plan?"
    );
    assert_eq!(
        question("how much is the first one?", &said),
        "how much is the Starter plan?"
    );
    for whole in [
        "Is the second floor open?",
        "What about the ninth one?",
        "When was the first world war?",
    ] {
        assert_eq!(question(whole, &said), whole);
    }
}

#[test]
fn history_hardly_counts_for_a_question_of_many_own_words() {
    let turns = [visitor(PLANS), agent("It costs 19 EUR a month.")];
    let weight = |question: &str| {
        contextualize(question, &turns)
            .context
            .first()
            .map_or(0.0, |turn| turn.weight)
    };
    let whole = "Which browsers does the widget support on mobile phones?";
    assert_eq!(text(whole, &turns), whole);
    assert!(weight(whole) < 0.11, "{}", weight(whole));
    assert!(weight("Is that monthly?") > 0.4);
    assert!(weight("yes") <= MAX_HISTORY_WEIGHT && weight("") <= MAX_HISTORY_WEIGHT);
}

#[test]
fn later_turns_and_the_visitors_count_more() {
    let turns = [visitor("one"), agent("two"), visitor("three"), agent("four")];
    let order: Vec<&str> = contextualize("and?", &turns)
        .context
        .iter()
        .map(|turn| turn.text)
        .collect();
    assert_eq!(order, ["three", "one", "four", "two"]);
}

#[test]
fn long_conversations_and_turns_are_cut() {
    let long = "ä".repeat(5000);
    let turns: Vec<Turn<'_>> = (0..100).map(|_| visitor(&long)).collect();
    let context = contextualize("and then?", &turns).context;
    assert_eq!(context.len(), MAX_HISTORY_TURNS);
    assert!(context.iter().all(|turn| turn.text.len() <= MAX_TURN_BYTES));
}
