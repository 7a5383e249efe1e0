print("spinflip")
