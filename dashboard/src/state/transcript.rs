//! A test conversation with an agent: what was asked, and what came back.
use super::answer::spoken;
use shared::agent::TestAnswer;

/// One question with what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// Its place in the conversation, from 0.
    pub id: usize,
    /// As it was typed.
    pub question: String,
    /// What came back.
    pub outcome: Outcome,
}

/// What became of a question.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The agent is answering.
    Waiting,
    /// It answered.
    Answered(TestAnswer),
    /// It could not be asked; why, in a sentence.
    Failed(String),
}

/// The whole conversation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transcript {
    turns: Vec<Turn>,
}

impl Transcript {
    /// Adds a question and returns its id; nothing when it is empty or another one is being answered.
    pub fn ask(&mut self, question: &str) -> Option<usize> {
        let question = question.trim();
        if question.is_empty() || self.waiting() {
            return None;
        }
        let id = self.turns.len();
        self.turns.push(Turn {
            id,
            question: question.to_owned(),
            outcome: Outcome::Waiting,
        });
        Some(id)
    }

    /// Records what became of a question. One of a conversation that was cleared meanwhile is dropped.
    pub fn settle(&mut self, id: usize, outcome: Outcome) {
        if let Some(turn) = self.turns.get_mut(id).filter(|turn| turn.outcome == Outcome::Waiting) {
            turn.outcome = outcome;
        }
    }

    /// Says whether the agent is answering.
    pub fn waiting(&self) -> bool {
        self.turns.last().is_some_and(|turn| turn.outcome == Outcome::Waiting)
    }

    /// Returns the questions, oldest first.
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// Returns what a screen reader is told: the last answer, once it is there.
    pub fn announcement(&self) -> String {
        match self.turns.last().map(|turn| &turn.outcome) {
            None => String::new(),
            Some(Outcome::Waiting) => "The agent is answering.".to_owned(),
            Some(Outcome::Answered(answer)) => spoken(answer),
            Some(Outcome::Failed(why)) => why.clone(),
        }
    }
}

/// How sure an answer is, against the agent's threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sureness {
    /// Clearly above it.
    Sure,
    /// Above it, by less than a tenth.
    Barely,
    /// Below it: the fallback was given.
    Fallback,
}

/// Returns how sure an answer is.
pub fn sureness(answer: &TestAnswer, threshold: f64) -> Sureness {
    if !answer.answered {
        Sureness::Fallback
    } else if answer.confidence < threshold + 0.1 {
        Sureness::Barely
    } else {
        Sureness::Sure
    }
}

/// Returns a share of one, such as a confidence, in whole per cent.
pub fn percent(share: f64) -> u32 {
    // Clamped to 0..=100 first, so that the conversion is exact.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see above")]
    let percent = (share.clamp(0.0, 1.0) * 100.0).round() as u32;
    percent
}

/// Returns a duration as people read it.
pub fn duration(milliseconds: u64) -> String {
    match milliseconds {
        0..1000 => format!("{milliseconds} ms"),
        _ => format!("{}.{} s", milliseconds / 1000, (milliseconds % 1000) / 100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(confidence: f64, answered: bool) -> TestAnswer {
        TestAnswer {
            response: "**Five** days.".to_owned(),
            sources: Vec::new(),
            confidence,
            response_time_ms: 4,
            answered,
        }
    }

    #[test]
    fn one_question_is_answered_at_a_time() {
        let mut transcript = Transcript::default();
        assert_eq!(transcript.ask("  "), None);
        assert_eq!(transcript.ask(" How long? "), Some(0));
        assert_eq!(transcript.ask("And now?"), None);
        transcript.settle(0, Outcome::Answered(answer(0.9, true)));
        assert_eq!(transcript.ask("And now?"), Some(1));
        assert_eq!(
            transcript.turns().first().map(|turn| turn.question.as_str()),
            Some("How long?")
        );
    }

    #[test]
    fn an_answer_to_a_cleared_conversation_is_dropped() {
        let mut transcript = Transcript::default();
        transcript.settle(0, Outcome::Failed("Late.".to_owned()));
        assert!(transcript.turns().is_empty());
    }

    #[test]
    fn the_answer_is_announced_once_it_is_there() {
        let mut transcript = Transcript::default();
        transcript.ask("How long?");
        assert_eq!(transcript.announcement(), "The agent is answering.");
        transcript.settle(0, Outcome::Answered(answer(0.9, true)));
        assert_eq!(transcript.announcement(), "Five days.");
    }

    #[test]
    fn sureness_is_measured_against_the_threshold() {
        assert_eq!(sureness(&answer(0.9, true), 0.6), Sureness::Sure);
        assert_eq!(sureness(&answer(0.65, true), 0.6), Sureness::Barely);
        assert_eq!(sureness(&answer(0.9, false), 0.6), Sureness::Fallback);
    }

    #[test]
    fn shares_and_durations_are_rounded() {
        assert_eq!((percent(0.825), percent(1.7), percent(f64::NAN)), (83, 100, 0));
        assert_eq!(
            (duration(999), duration(1_250)),
            ("999 ms".to_owned(), "1.2 s".to_owned())
        );
    }
}
