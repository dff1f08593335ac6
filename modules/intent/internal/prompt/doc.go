// Package prompt makes of an utterance that the grammar declined what is asked of the language
// model, and of the model's answer what it means. It calls nobody.
//
// What must not break: the first message is the same bytes for every household and turn; the
// answer can say nothing but intents that homehub can do, to devices of this utterance that the
// speaker may reach; what was answered is checked against the very same table that the schema is
// made of, so that a model which does not obey the schema can do no more than one that does.
package prompt
