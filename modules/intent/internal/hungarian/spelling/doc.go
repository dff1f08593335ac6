// Package spelling knows how words are mistyped and misheard: which words differ by a letter, which
// sound alike, and what recognisers of speech write (data/hearing.yaml).
package spelling
