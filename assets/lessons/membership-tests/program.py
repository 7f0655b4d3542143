def is_vowel(letter):
    return letter in ["a", "e", "i", "o", "u"]


def is_digit(letter):
    return letter in {"0", "1", "2", "3"}


class Word:
    compared = 0

    def __init__(self, text):
        self.text = text

    def __hash__(self):
        return hash(self.text)

    def __eq__(self, other):
        Word.compared += 1
        return self.text == other.text


print("vowel:", is_vowel("o"), "digit:", is_digit("7"))
for function in (is_vowel, is_digit):
    print([type(constant).__name__ for constant in function.__code__.co_consts])

words = [Word(str(n)) for n in range(30)]
print("in the list:", Word("29") in words, "after", Word.compared)

table = set(words)
Word.compared = 0
print("in the set:", Word("29") in table, "after", Word.compared)
