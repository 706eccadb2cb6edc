//! Lets an answer appear at a reading pace, however large the pieces are in which it arrives.

use shared::widget::Frame;
use std::collections::VecDeque;

/// Holds frames back and releases their text a little at a time, the more the longer the backlog is.
#[derive(Default)]
pub(crate) struct Pace {
    held: VecDeque<Frame>,
}

impl Pace {
    /// Takes a frame that has arrived.
    pub(crate) fn hold(&mut self, frame: Frame) {
        match (self.held.back_mut(), frame) {
            (Some(Frame::Token { content }), Frame::Token { content: more }) => content.push_str(&more),
            (_, frame) => self.held.push_back(frame),
        }
    }

    /// Whether everything has been released.
    pub(crate) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Returns the frames for the next tick: a piece of text, and whatever follows once the text is out.
    pub(crate) fn tick(&mut self) -> Vec<Frame> {
        let mut released = Vec::new();
        while let Some(frame) = self.held.pop_front() {
            let Frame::Token { content } = frame else {
                released.push(frame);
                continue;
            };
            let (now, later) = content.split_at(share(&content));
            released.push(Frame::Token {
                content: now.to_owned(),
            });
            if !later.is_empty() {
                self.held.push_front(Frame::Token {
                    content: later.to_owned(),
                });
                break;
            }
        }
        released
    }

    /// Returns everything that is left, for visitors who want reduced motion and for hidden tabs.
    pub(crate) fn all(&mut self) -> Vec<Frame> {
        self.held.drain(..).collect()
    }
}

/// How many bytes of `text` to release in one tick: an eighth, at least three characters, never half a character.
fn share(text: &str) -> usize {
    let characters = (text.chars().count() / 8).max(3);
    text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(content: &str) -> Frame {
        Frame::Token {
            content: content.to_owned(),
        }
    }

    fn done() -> Frame {
        Frame::Done {
            confidence: 0.9,
            answered: true,
        }
    }

    fn text_of(frames: &[Frame]) -> String {
        frames
            .iter()
            .map(|frame| {
                if let Frame::Token { content } = frame {
                    content.as_str()
                } else {
                    ""
                }
            })
            .collect()
    }

    #[test]
    fn no_text_is_lost_or_reordered() {
        let mut pace = Pace::default();
        let text = "Ein längerer Satz über 你好 und 👋🏽, der in Stücken kommt. ".repeat(9);
        for piece in text.split_inclusive(' ') {
            pace.hold(token(piece));
        }
        pace.hold(done());
        let mut frames = Vec::new();
        let mut ticks = 0;
        while !pace.is_empty() {
            frames.extend(pace.tick());
            ticks += 1;
        }
        assert_eq!(text_of(&frames), text);
        assert_eq!(frames.last(), Some(&done()));
        assert!((10..60).contains(&ticks), "{ticks} ticks");
    }

    #[test]
    fn what_follows_the_text_waits_for_it() {
        let mut pace = Pace::default();
        pace.hold(token(&"word ".repeat(40)));
        pace.hold(done());
        assert!(!pace.tick().contains(&done()));
        assert!(pace.all().contains(&done()));
        assert!(pace.is_empty());
    }

    #[test]
    fn a_start_is_released_at_once() {
        let mut pace = Pace::default();
        pace.hold(Frame::Start {
            message_id: "m".to_owned(),
        });
        assert_eq!(pace.tick().len(), 1);
        assert!(pace.is_empty());
    }
}
