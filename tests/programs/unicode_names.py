"""Names and text beyond ASCII."""
def größe(ß):
    t = 0
    for ä in range(600):
        t += ä * ß
        if chr(0x3b1 + ä % 24) == "ω": t -= 1
    return t
print(größe(2), "日本" * 3)
