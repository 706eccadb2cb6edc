//! Every weight and threshold of retrieval, each with its source.
//!
//! "The development sets" are the development halves of doc2dial, SQuAD 2.0 and BANKING77, with the later turns of
//! doc2dial's conversations, and the set `tests/eval/lanternfish`. `model/README.md` describes them and has the figures
//! of the present values; `cargo xtask eval` measures them again. Changing a value here may need a new fit of the
//! confidence (`model/confidence.py`).
//!
//! Sizes that only bound work or memory stay beside the code that they bound.

use crate::index::FusionWeights;

// Passages. Chosen by hand; no measurement recorded.

/// Words after which a passage is closed.
pub(crate) const PASSAGE_TARGET_WORDS: usize = 200;
/// A list, table or code block of at most so many words is never cut.
pub(crate) const PASSAGE_MAX_WHOLE_WORDS: usize = 320;
/// Words at the end of a passage that the next one repeats, so that no answer is cut in two.
pub(crate) const PASSAGE_OVERLAP_WORDS: usize = 40;

// Terms.

/// Saturation of the term frequency in BM25. The usual default; no measurement recorded.
pub(crate) const BM25_K1: f32 = 1.2;
/// Weight of a passage's length in BM25. The usual default; no measurement recorded.
pub(crate) const BM25_B: f32 = 0.75;
/// How often a word of a heading counts as a word of the body. Chosen by hand; no measurement recorded.
pub(crate) const HEADING_TERM_WEIGHT: u32 = 2;
/// The same for a word of the title, which all passages of a document share. Chosen by hand; no measurement recorded.
pub(crate) const TITLE_TERM_WEIGHT: u32 = 1;
/// A shorter word is not corrected, in letters. Chosen by hand; no measurement recorded.
pub(crate) const MIN_CORRECTED_LETTERS: usize = 4;
/// Weight of a corrected word, compared with one that is spelled as in the documents. Chosen by hand; no measurement
/// recorded.
pub(crate) const CORRECTED_TERM_WEIGHT: f32 = 0.8;
/// Weight of a stop word in a pair of words. Chosen by hand; no measurement recorded.
pub(crate) const PAIR_STOP_WORD_WEIGHT: f32 = 0.5;
/// A question with fewer words is not taken for a negated one: "no, thanks". Chosen by hand; no measurement recorded.
pub(crate) const MIN_NEGATED_QUESTION_WORDS: usize = 3;

// Candidates and their second pass.

/// How many passages of each kind of score are looked at; the scores are scaled over this window. Chosen by hand; no
/// measurement recorded.
pub(crate) const CANDIDATE_WINDOW: usize = 100;
/// How many passages go on to the second pass. Chosen by hand; no measurement of other numbers is recorded.
pub(crate) const MAX_CANDIDATES: usize = 64;
/// How many more passages are read than hits are returned. On the development sets, nDCG@10 stays within 0.3 points of
/// reading all candidates: lower for doc2dial and SQuAD, higher for BANKING77 and later turns.
pub(crate) const READ_BESIDES_HITS: usize = 8;
/// Expected cosine of a passage's best sentence before it is read: the share of the passage's cosine. With the two
/// below chosen on the development sets, where nDCG@10 was no lower; to expect too little of what stays unread ranks
/// better.
pub(crate) const EXPECTED_SENTENCE_OF_PASSAGE: f32 = 0.65;
/// The share of the heading's cosine.
pub(crate) const EXPECTED_SENTENCE_OF_HEADING: f32 = 0.15;
/// Expected coverage of the best sentence: the share of the passage's terms.
pub(crate) const EXPECTED_SENTENCE_OF_TERMS: f32 = 0.75;
/// So many passages are averaged into the corpus mean. Chosen by hand; no measurement recorded.
pub(crate) const CORPUS_MEAN_SAMPLE: usize = 4096;

// Fusion. The weights of the scores, each on a scale from 0 to 1 over the candidates.

/// Weights where the static embeddings alone tell meaning. Found on the development sets, where each of them pays;
/// nDCG@10 is 65.5 on doc2dial, 91.4 on SQuAD 2.0, 57.9 on BANKING77, 64.0 on later turns, 92.5 on lanternfish.
pub(crate) const FUSION_STATIC: FusionWeights = FusionWeights {
    bm25: 0.43,
    pairs: 0.1,
    dense: 0.58,
    heading_coverage: 0.2,
    sentence_coverage: 0.3,
};
/// Weights where all passages have vectors of a layer. The set is not recorded; with all-MiniLM-L6-v2, nDCG@10 on
/// BANKING77 goes from 56.3 to 61.8 (`minilm/README.md`).
pub(crate) const FUSION_LAYER: FusionWeights = FusionWeights {
    bm25: 0.3,
    pairs: 0.1,
    dense: 0.6,
    heading_coverage: 0.1,
    sentence_coverage: 0.1,
};
/// Share of the layer in the dense score of a passage that it covers; the static embeddings have the rest. Source as
/// of `FUSION_LAYER`.
pub(crate) const DENSE_LAYER_SHARE: f32 = 0.7;
/// Weight of the best sentence in the dense score, compared with the passage. Source as of `FUSION_STATIC`.
pub(crate) const DENSE_SENTENCE_WEIGHT: f32 = 2.5;
/// Weight of the headings in the dense score, compared with the passage. Source as of `FUSION_STATIC`.
pub(crate) const DENSE_HEADING_WEIGHT: f32 = 1.2;

// Confidence. Fitted by `model/confidence.py` on doc2dial, SQuAD 2.0 and BANKING77, whole and in samples, and on later
// turns of doc2dial; the model card has the figures of each corpus when fitted on the others.

/// How many of the best passages the features look at.
pub(crate) const CONFIDENCE_PASSAGES: usize = 3;
/// With how many passages the best one is compared.
pub(crate) const CONFIDENCE_RIVALS: usize = 9;
/// Intercept of the logistic regression.
pub(crate) const CONFIDENCE_INTERCEPT: f32 = -5.314;
/// Weights of the logistic regression. The last three are set by hand: they take the area under the curve for SQuAD's
/// unanswerable questions from 0.58 to 0.64.
pub(crate) const CONFIDENCE_WEIGHTS: [(&str, f32); 15] = [
    ("cosine", 4.042),
    ("sentence_cosine", 3.324),
    ("heading_cosine", 6.316),
    ("bm25", 1.024),
    ("background_coverage", 1.041),
    ("background_unknown", -0.685),
    ("sentence_match", 4.365),
    ("terms", -0.003),
    ("chunks", -0.545),
    ("lead", 3.882),
    ("context", 3.688),
    ("names_unsaid", -1.494),
    ("negation", -3.000),
    ("opposite", -2.000),
    ("kind_unsaid", -1.000),
];

// Contextualization: how much earlier turns count relative to a question. As a whole they took nDCG@10 on the later
// turns of doc2dial from 42.4 to 63.0; no measurement of single values is recorded.

/// The most that an earlier turn counts relative to the question; a question that reaches it cannot stand alone.
pub(crate) const MAX_HISTORY_WEIGHT: f32 = 0.5;
/// How much the last turn counts when the question has one word of its own; with more words, proportionally less.
pub(crate) const HISTORY_WEIGHT_OF_ONE_WORD: f32 = 0.5;
/// How much more when the question refers back: "it", "that one", "and ...".
pub(crate) const REFERRING_BACK_FACTOR: f32 = 1.5;
/// What a turn of the agent counts, compared with one of the visitor.
pub(crate) const AGENT_TURN_FACTOR: f32 = 0.7;
/// What a turn counts, compared with the next one of the same side.
pub(crate) const HISTORY_DECAY: f32 = 0.9;
/// Turns before these are left out.
pub(crate) const MAX_HISTORY_TURNS: usize = 10;
/// A longer sentence with a pronoun says itself what it is about, in words.
pub(crate) const MAX_REFERRING_BACK_WORDS: usize = 12;
/// The longest item of an enumeration in running text, in words.
pub(crate) const MAX_ENUMERATION_ITEM_WORDS: usize = 6;
/// How many words at the end of an enumeration's beginning are its first item.
pub(crate) const FIRST_ENUMERATION_ITEM_WORDS: usize = 3;

// Query decomposition. Chosen by hand; no measurement recorded.

/// More questions than this are not told apart; the last part holds the rest.
pub(crate) const MAX_SUB_QUESTIONS: usize = 4;
/// A part of fewer words is no question by itself.
pub(crate) const MIN_SUB_QUESTION_WORDS: usize = 3;

// Personal decisions.

/// How many words the step `..` of a rule passes over at most. Chosen by hand; `decision/tests.rs` holds precision and
/// recall on `tests/eval/decisions.jsonl` at 0.98.
pub(crate) const MAX_DECISION_GAP_WORDS: usize = 5;

// Extraction: the score of a sentence. The weights of headings and leading sentences took the answers that are held by
// the extract from 48.6 to 52.7 % on doc2dial, and the other sets held; no measurement of the others is recorded.

/// Weight of the share of the question's words that a sentence holds.
pub(crate) const SENTENCE_COVERAGE_WEIGHT: f32 = 1.0;
/// Weight of its cosine with the question.
pub(crate) const SENTENCE_COSINE_WEIGHT: f32 = 1.0;
/// Weight of holding something of the expected answer type.
pub(crate) const SENTENCE_ANSWER_TYPE_WEIGHT: f32 = 0.2;
/// Weight of its length.
pub(crate) const SENTENCE_LENGTH_WEIGHT: f32 = 0.2;
/// A sentence of so many different stems has full length.
pub(crate) const SENTENCE_FULL_LENGTH_STEMS: f32 = 8.0;
/// Weight of the score of its hit.
pub(crate) const SENTENCE_HIT_WEIGHT: f32 = 0.5;
/// Weight of the share of the question's words that the headings hold.
pub(crate) const SENTENCE_HEADING_WEIGHT: f32 = 0.3;
/// Weight of standing at the beginning of a section whose heading says what is asked.
pub(crate) const SENTENCE_LEAD_WEIGHT: f32 = 0.9;
/// How much of that the first, second and third sentence get.
pub(crate) const SENTENCE_LEAD_SHARES: [f32; 3] = [1.0, 0.6, 0.3];
/// From which share on a heading says what is asked.
pub(crate) const HEADING_SAYS_IT_FROM: f32 = 0.7;
/// What is added to the score of a sentence that is a question.
pub(crate) const SENTENCE_QUESTION_PENALTY: f32 = -0.4;

// Extraction: the choice of further sentences, by their scores as shares of the best. Chosen by hand with the figures
// of the model card ("answer in extract"); no measurement of single values is recorded.

/// A further sentence of the same passage is taken from this share on.
pub(crate) const FURTHER_FROM: f32 = 0.6;
/// One of another passage.
pub(crate) const FURTHER_ELSEWHERE_FROM: f32 = 0.87;
/// A third sentence, of another passage.
pub(crate) const THIRD_ELSEWHERE_FROM: f32 = 0.97;
/// A list, table or code block of another passage.
pub(crate) const BLOCK_ELSEWHERE_FROM: f32 = 0.97;
/// Any of another passage, when the best stands under a heading that says what is asked.
pub(crate) const BESIDE_HEADED_FROM: f32 = 0.97;
/// Two sentences that share so many of their stems say the same.
pub(crate) const SAME_STEMS_FROM: f32 = 0.7;
/// Two sentences of this cosine say the same.
pub(crate) const SAME_MEANING_FROM: f32 = 0.93;
/// A list item is quoted alone when it is this many times as good as the second best of its list.
pub(crate) const SINGLE_ITEM_FACTOR: f32 = 1.25;
/// A sentence is not cut to fewer characters; it is left out.
pub(crate) const MIN_CUT_CHARS: usize = 20;

// Vector indexes. Measured in workerd with `cargo xtask bench --only retrieval`; the table of
// [`crate::index::vectors::Policy`] has the figures.

/// From how many passages on, of all segments together, scans compare binary codes first.
pub(crate) const BINARY_FROM_PASSAGES: usize = 40_000;
/// After its binary code was compared, one vector in so many is compared exactly. At 100,000 passages 0.99 of the ten
/// nearest are found.
pub(crate) const BINARY_RESCORED_ONE_IN: usize = 24;
/// At least so many times the number of wanted vectors are compared exactly. Source as above.
pub(crate) const BINARY_MIN_RESCORED_FACTOR: usize = 8;
/// From so many vectors on, the distances are counted in a sample. Chosen by hand; no measurement recorded.
pub(crate) const BINARY_SAMPLED_FROM: usize = 16_384;
/// One vector in so many is in that sample. Chosen by hand; no measurement recorded.
pub(crate) const BINARY_SAMPLED_ONE_IN: usize = 8;
/// How many passages one run of a job links: about 1.3 seconds of work in workerd.
pub const HNSW_PASSAGES_PER_STEP: usize = 5_000;
/// How many nearest points a search keeps in view; more than a search for candidates asks for. Chosen by hand; the
/// table of the policy has the recall.
pub(crate) const HNSW_EF_SEARCH: usize = 128;
/// The same while the graph is made. Source as above.
pub(crate) const HNSW_EF_CONSTRUCTION: usize = 64;
