// Package speech says in Hungarian what became of commands, answers questions and asks for what is
// missing. Its sentences are in data/speech.yaml.
package speech
