//! A conversation, told in events.

use super::*;
use crate::strings::for_language;

fn chat_after(events: Vec<Event>) -> Chat {
    let mut chat = Chat::default();
    for event in events {
        chat.apply(event, for_language("en"));
    }
    chat
}

fn asked(question: &str) -> Event {
    Event::Asked(question.to_owned())
}

fn start() -> Event {
    Event::Arrived(Frame::Start {
        message_id: "msg_1".to_owned(),
    })
}

fn token(content: &str) -> Event {
    Event::Arrived(Frame::Token {
        content: content.to_owned(),
    })
}

fn done() -> Event {
    Event::Arrived(Frame::Done {
        confidence: 0.9,
        answered: true,
    })
}

fn last(chat: &Chat) -> &Message {
    chat.messages().last().unwrap()
}

#[test]
fn a_question_is_answered() {
    let chat = chat_after(vec![asked("Why?"), start(), token("Be"), token("cause."), done()]);
    let [question, answer] = chat.messages() else {
        panic!("two messages")
    };
    assert_eq!((question.author, question.text.as_str()), (Author::Visitor, "Why?"));
    assert_eq!((answer.author, answer.text.as_str()), (Author::Agent, "Because."));
    assert_eq!(
        (answer.id.as_deref(), &answer.progress, answer.confidence),
        (Some("msg_1"), &Progress::Complete, Some(0.9))
    );
    assert!(!chat.is_busy() && answer.can_be_rated());
}

#[test]
fn it_is_busy_from_the_question_to_the_end_of_the_answer() {
    let mut events = vec![asked("Why?")];
    for (event, progress) in [(start(), Progress::Waiting), (token("B"), Progress::Streaming)] {
        events.push(event);
        let chat = chat_after(events.clone());
        assert!(chat.is_busy());
        assert_eq!(last(&chat).progress, progress);
        assert!(!last(&chat).can_be_rated());
    }
}

#[test]
fn a_second_question_waits_for_the_first_answer() {
    assert_eq!(chat_after(vec![asked("a"), asked("b")]).messages().len(), 2);
    assert_eq!(chat_after(vec![asked("a"), done(), asked("b")]).messages().len(), 4);
}

#[test]
fn the_screen_reader_hears_the_start_and_the_answer_once() {
    let mut events = vec![asked("Why?"), start(), token("**Because** [1] "), token("of it.")];
    assert_eq!(chat_after(events.clone()).announcement(), "The assistant is typing");
    events.extend([
        Event::Arrived(Frame::Sources {
            sources: vec![source()],
        }),
        done(),
    ]);
    assert_eq!(chat_after(events).announcement(), "Because of it.");
}

fn source() -> shared::agent::Source {
    shared::agent::Source {
        document_id: "doc_1".to_owned(),
        title: "Plans".to_owned(),
        chunk_preview: "Free is free.".to_owned(),
        relevance_score: 0.5,
        url: None,
        heading_path: Vec::new(),
        chunk_index: 0,
    }
}

#[test]
fn what_was_stopped_stays_and_takes_nothing_more() {
    let chat = chat_after(vec![asked("Why?"), token("Be"), Event::Stopped, token("cause"), done()]);
    assert_eq!(
        (last(&chat).text.as_str(), &last(&chat).progress),
        ("Be", &Progress::Stopped)
    );
    assert_eq!(chat.question_to_retry(), None);
}

#[test]
fn a_failure_can_be_retried_and_replaces_the_failed_answer() {
    let events = vec![asked("Why?"), token("Be"), Event::Failed(Failure::Interrupted)];
    assert_eq!(chat_after(events.clone()).question_to_retry(), Some("Why?"));
    let chat = chat_after([events, vec![Event::Retried, token("Because."), done()]].concat());
    let texts: Vec<&str> = chat.messages().iter().map(|message| message.text.as_str()).collect();
    assert_eq!(texts, ["Why?", "Because."]);
}

#[test]
fn what_is_forbidden_is_not_retried() {
    let chat = chat_after(vec![asked("Why?"), Event::Failed(Failure::Forbidden), Event::Retried]);
    assert_eq!(last(&chat).progress, Progress::Failed(Failure::Forbidden));
}

#[test]
fn service_messages_reach_visitor_and_screen_reader() {
    let frame = Frame::Error {
        code: "MODEL_DOWN".to_owned(),
        detail: "The model is away.".to_owned(),
    };
    let chat = chat_after(vec![asked("Why?"), Event::Arrived(frame)]);
    let Progress::Failed(failure) = &last(&chat).progress else {
        panic!("failed")
    };
    assert_eq!(
        (failure.code(), chat.announcement()),
        ("MODEL_DOWN", "The model is away.")
    );
}

#[test]
fn events_out_of_place_change_nothing() {
    for event in [
        done(),
        token("x"),
        Event::Stopped,
        Event::Retried,
        Event::Failed(Failure::Silent),
        asked(""),
    ] {
        assert_eq!(chat_after(vec![event]), Chat::default());
    }
}

#[test]
fn a_rating_is_kept_and_can_be_taken_back() {
    let story = vec![
        asked("Why?"),
        start(),
        token("x"),
        done(),
        Event::Rated(1, Some(Rating::Down)),
    ];
    assert_eq!(last(&chat_after(story.clone())).rating, Some(Rating::Down));
    assert_eq!(
        last(&chat_after([story, vec![Event::Rated(1, None)]].concat())).rating,
        None
    );
}

#[test]
fn old_messages_go_and_keys_are_never_used_again() {
    let mut events = Vec::new();
    for _ in 0..100 {
        events.extend([asked("Why?"), token("x"), done()]);
    }
    let chat = chat_after(events);
    let keys: Vec<u32> = chat.messages().iter().map(|message| message.key).collect();
    assert_eq!(keys, (120..200).collect::<Vec<u32>>());
}
