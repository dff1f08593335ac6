package hungarian

import (
	"hash/maphash"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSieveHoldsBackNoWord(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 10, 3000} {
		s := newSieve(maphash.MakeSeed(), size)
		for i := range size {
			s.add("szó" + strconv.Itoa(i))
		}
		passed := 0
		for i := range size {
			assert.True(t, s.mayHave("szó"+strconv.Itoa(i)))
			if s.mayHave("más" + strconv.Itoa(i)) {
				passed++
			}
		}
		assert.LessOrEqual(t, passed, size/5+1)
	}
	assert.True(t, new(sieve).mayHave("bármi"))
}
