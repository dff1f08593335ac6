package httpx

import (
	"testing"

	"homehub/docs"
)

// BenchmarkLoadContract is a part of every start.
func BenchmarkLoadContract(b *testing.B) {
	for b.Loop() {
		if _, err := loadContract(docs.OpenAPI); err != nil {
			b.Fatal(err)
		}
	}
}
