// Package tokens cuts a text into words, numbers and signs, each as it is written and folded, and
// leaves out what somebody said twice. It knows no home and no meaning.
package tokens
