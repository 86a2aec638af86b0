"""Mutants of schemas: does Nicol say of each what Prisma says, and format it to the same bytes?"""
