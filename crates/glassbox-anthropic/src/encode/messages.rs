//! The conversation as turns of the user and of the assistant.

use glassbox_core::{Message, Request, Role};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::blocks::Block;
use super::options::is_instruction;

/// What files that were uploaded need.
const FILES_BETA: &str = "files-api-2025-04-14";

/// The instructions apart, and everything else in turns.
#[derive(Debug, Default)]
pub(super) struct Conversation<'a> {
    /// Wherever they stood: there is one place for them.
    pub(super) system: Vec<Block<'a>>,
    pub(super) turns: Vec<Turn<'a>>,
}

/// Everything that one side says before the other does.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    assistant: bool,
    blocks: Vec<Block<'a>>,
    /// How many of the blocks are results of tools. They have to come first.
    results: usize,
}

impl<'a> Conversation<'a> {
    pub(super) fn of(request: &'a Request) -> Self {
        let mut conversation = Self::default();
        for message in request.messages.iter() {
            if is_instruction(message) {
                let texts = message.parts.iter().filter_map(Block::of_instruction);
                conversation.system.extend(texts);
            } else {
                conversation.say(message);
            }
        }
        conversation
    }

    fn say(&mut self, message: &'a Message) {
        let assistant = message.role == Role::Assistant;
        for part in &message.parts {
            let block = if assistant {
                Block::of_assistant(part)
            } else {
                Block::of_user(part)
            };
            // A message without blocks is refused, so a turn begins with its first.
            if let Some(block) = block {
                self.turn(assistant).push(block);
            }
        }
    }

    fn turn(&mut self, assistant: bool) -> &mut Turn<'a> {
        if self
            .turns
            .last()
            .is_none_or(|turn| turn.assistant != assistant)
        {
            self.turns.push(Turn {
                assistant,
                blocks: Vec::new(),
                results: 0,
            });
        }
        let last = self.turns.len() - 1;
        &mut self.turns[last]
    }

    /// The beta features that the blocks need.
    pub(super) fn betas(&self) -> Vec<&'static str> {
        let mut blocks = self.turns.iter().flat_map(|turn| &turn.blocks);
        let files = blocks.any(Block::is_file);
        files.then_some(FILES_BETA).into_iter().collect()
    }
}

impl<'a> Turn<'a> {
    fn push(&mut self, block: Block<'a>) {
        if block.is_result() {
            self.blocks.insert(self.results, block);
            self.results += 1;
        } else {
            self.blocks.push(block);
        }
    }
}

impl Serialize for Turn<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        let role = if self.assistant { "assistant" } else { "user" };
        map.serialize_entry("role", role)?;
        map.serialize_entry("content", &Content(&self.blocks))?;
        map.end()
    }
}

/// Blocks, or a text where that is all there is.
pub(super) struct Content<'a, 'b>(pub(super) &'b [Block<'a>]);

impl Serialize for Content<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            [block] => match block.plain() {
                Some(text) => serializer.serialize_str(text),
                None => serializer.collect_seq(self.0),
            },
            blocks => serializer.collect_seq(blocks),
        }
    }
}
