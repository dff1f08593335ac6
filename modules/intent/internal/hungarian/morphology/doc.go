// Package morphology knows how Hungarian words change, and nothing of homes: which ending is which
// case, what a word's stem may be, how its vowels agree, and how it is written without accents. Its
// rules and their exceptions are in data/morphology.yaml.
package morphology
