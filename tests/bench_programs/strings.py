"""Strings: methods, indexing, comparison, splitting and joining."""


def main():
    text = "the quick brown fox jumps over the lazy dog " * 400
    total = 0
    for word in text.split():
        if word.startswith("t") or word.endswith("x"):
            total += 1
        if word == "lazy":
            total += len(word.upper().replace("A", "bb"))
        total += word.find("o")
    vowels = 0
    for letter in text:
        if letter in "aeiou":
            vowels += 1
    for i in range(len(text)):
        if text[i] == "o":
            vowels += 1
    back = " ".join(reversed(text.split(" ")))
    return total, vowels, back[:20], text.count("the")


for _ in range(20):
    print(main())
