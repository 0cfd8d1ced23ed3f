"""What the program is about, in the standard library only: no toolkit, no SQL, no Excel."""
