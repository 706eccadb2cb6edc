//! What is cut, where, and what is left whole.

use super::*;

/// Questions with a bar where they part.
const CUT: &[&str] = &[
    "How do I reset my password |and what does the Pro plan cost?",
    "What is a webhook |and how do I use it?",
    "Where is your office |and when are you open?",
    "How long does delivery take |and how much is it?",
    "Can I pay by invoice, |and do you ship to Norway?",
    "Do you have a free plan |and is there a trial of the Pro plan?",
    "How do I cancel my contract? |Do I get my money back?",
    "Who do I call in an emergency |and where is the nearest branch?",
    "I want to know how to reset my password |and what the Pro plan costs.",
    "Tell me how refunds work |and when the money arrives.",
    "Can you tell me where I find my invoices |and how I change the address on them?",
    "Hello, what does it cost |and can I pay monthly?",
    "What are the opening hours, |where can I park, |and is there a lift?",
    "How do I install the widget; |which browsers does it support?",
    "I moved last week. How do I change my address |and how do I get a new card?",
    "Which plans include chat |and which include phone support?",
    "Why was my card declined |and what can I do about it?",
    "Is the service free |and will I need a credit card?",
    "When does registration open |and how do I enrol my child?",
    "How do I export my data? I also want to leave. |How do I delete my account?",
    "What file types can I upload |and how large may a file be?",
    "Do I need a passport |and does the visa cost anything?",
    "Where can I download the app |and how to install it?",
    "How many seats are included |plus what does an extra seat cost?",
    "Does it work offline |and also can I share it with others?",
    "What documents do I need |and where do I send them?",
    "Wie lange dauert die Lieferung |und was kostet der Versand?",
    "Comment changer mon adresse |et combien coûte un envoi ?",
    "Who signs the contract |and when will it be ready?",
    "How do I invite a colleague? |What can a viewer do? |How do I remove somebody?",
];

const WHOLE: &[&str] = &[
    "What are your terms and conditions?",
    "How do I connect and configure the box?",
    "When and where is the meeting?",
    "How and where do I pay?",
    "Do you know how and when I can reach support?",
    "What is the difference between what I pay and what I get?",
    "Can I log in and do my taxes online?",
    "Who is the founder and CEO of the company?",
    "What do I do if I lose my card and someone uses it?",
    "Do I have to call or can I do it online?",
    "Is there a discount for students and teachers?",
    "How do I see who signed up and when they last signed in?",
    "When I cancel, what happens to my data?",
    "If my parcel is late, who do I contact?",
    "Where you live, are there any stores?",
    "I bought a phone and it broke. What now?",
    "I lost my card and need a new one. How do I order it?",
    "Which plan is cheap and is the best for a small team?",
    "How do I set up two-factor authentication and recovery codes?",
    "Can my wife and I share an account?",
    "What if I move and don't tell you?",
    "Compare the Starter plan and what the Pro plan offers.",
    "Is it free? Or do I have to pay?",
    "Drag and drop does not work, why?",
    "My order 12, 13 and 14 are missing, where are they?",
    "How do I find out what I owe and when?",
    "Black and white or colour, which is cheaper?",
    "Yes, and what about it?",
    "Please tell me about research and development.",
    "How long do I have to wait before I can return and exchange something?",
    "Really? How do I do that?",
    "",
    "and",
    "Why does it say \"What is this and who are you\"",
    "Do you ship to Austria, Germany and Switzerland?",
];

#[test]
fn two_questions_are_cut_where_the_second_begins() {
    let mut wrong = Vec::new();
    for marked in CUT {
        let question = marked.replace('|', "");
        let expected: Vec<&str> = marked.split('|').filter_map(trimmed).map(without_joining).collect();
        let found: Vec<&str> = decompose(&question).into_iter().map(without_joining).collect();
        if found != expected {
            wrong.push(found.join(" | "));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The marks stand before the joining word, the cuts after it.
fn without_joining(part: &str) -> &str {
    let rest = JOINING
        .iter()
        .find_map(|joining| part.strip_prefix(joining)?.strip_prefix(' '));
    rest.unwrap_or(part)
}

#[test]
fn one_question_stays_whole() {
    let is_cut = |question: &&&str| decompose(question).len() > 1;
    let wrong: Vec<&&str> = WHOLE.iter().filter(is_cut).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn many_questions_make_at_most_four_parts() {
    let question = "What is Alpha for? ".repeat(9);
    assert_eq!(decompose(&question).len(), MAX_SUB_QUESTIONS);
    assert!(CUT.len() + WHOLE.len() >= 60);
}
